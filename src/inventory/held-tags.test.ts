import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTestImage } from '../../test/support/create-test-image.ts';
import { openTestClient } from '../../test/support/open-test-client.ts';
import { startFakeRegistryForTest } from '../../test/support/start-fake-registry.ts';
import type { Store } from '../store/store.ts';
import { createFailureJudge } from './create-failure-judge.ts';
import { createTally } from './create-tally.ts';
import { walkTags } from './walk-repository.ts';

const TAGS = 450;
const TAGS_PER_SAVE = 100;
const TAGS_AT_ONCE = 4;

test('a database that is slower than the registry makes the walk wait, not fill the memory', async () => {
  const registry = await startFakeRegistryForTest({ pageSize: TAGS });
  for (let at = 0; at < TAGS; at++) registry.add('app', `v${at}`, createTestImage(`image ${at}`));
  const client = openTestClient(registry.url);
  const held = { now: 0, most: 0, saved: 0 };
  const manifest: typeof client.manifest = async (...of) => {
    const read = await client.manifest(...of);
    held.now += 1;
    held.most = Math.max(held.most, held.now);
    return read;
  };
  const images = {
    saveTags: async (_registry: number, _repository: string, tags: readonly unknown[]) => {
      await pause(50);
      held.now -= tags.length;
      held.saved += tags.length;
    },
    touchTags: async () => {},
  } as unknown as Store['images'];
  const { signal } = new AbortController();

  await walkTags(
    {
      registryId: 1,
      client: { ...client, manifest },
      store: { images },
      failures: createFailureJudge(client, signal),
      tally: createTally(),
      walked: new Set(),
      seenAt: () => new Date(),
      signal,
    },
    'app',
    new Map(),
  );

  expect(held).toMatchObject({ now: 0, saved: TAGS });
  expect(held.most).toBeLessThanOrEqual(TAGS_PER_SAVE + TAGS_AT_ONCE - 1);
});
