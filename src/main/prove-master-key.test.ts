import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { describeEachEngine } from '../../test/support/describe-each-engine.ts';
import { createVault } from '../store/vault.ts';
import { proveMasterKey } from './prove-master-key.ts';

describeEachEngine('the master key', (fixture) => {
  const [first, other] = [createVault(randomBytes(32)), createVault(randomBytes(32))];
  const prove = (vault: typeof first, accept = false) => proveMasterKey(fixture.store.settings, vault, accept);

  test('of the first process is the one of all', async () => {
    await prove(first);
    await prove(first);

    await expect(prove(other)).rejects.toThrow(/is not the key that this store was sealed with/);
    await prove(first);
  });

  test('that is lost can be replaced, and the old one is refused from then on', async () => {
    await prove(first);

    await prove(other, true);

    await prove(other);
    await expect(prove(first)).rejects.toThrow(/PLIMSOLL_NEW_MASTER_KEY/);
  });
});
