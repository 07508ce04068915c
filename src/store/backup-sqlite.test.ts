import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openTestStore, sqliteEngine } from '../../test/support/open-test-store.ts';
import { sampleRegistry } from '../../test/support/sample-images.ts';
import { backupSqlite } from './backup-sqlite.ts';

test('a backup holds what was committed before it ended, while others write', async () => {
  const engine = await sqliteEngine();
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-backup-'));
  const { store, url } = await openTestStore(engine);
  onTestFinished(async () => {
    await store.close();
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const before = await store.registries.add(sampleRegistry('before'));
  let writing = true;
  const writer = (async () => {
    for (let count = 0; writing; count++) await store.registries.add(sampleRegistry(`meanwhile ${count}`));
  })();
  const pages: number[] = [];

  await backupSqlite(url.slice('file:'.length), join(folder, 'copy.db'), (done) => pages.push(done));
  writing = false;
  await writer;

  const restored = await openTestStore(engine, `file:${join(folder, 'copy.db')}`);
  expect(await restored.store.registries.get(before.id)).toMatchObject({ name: 'before' });
  expect(pages.length).toBeGreaterThan(0);
  await restored.store.close();
});
