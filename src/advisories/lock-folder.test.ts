import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lockFolder } from './lock-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'lock-folder-'));
afterAll(() => rmSync(folder, { recursive: true }));
const { signal: never } = new AbortController();

/** Another process that takes the lock and keeps it until it is killed. */
async function startHolder() {
  const module = new URL('./lock-folder.ts', import.meta.url).href;
  const script = `import { lockFolder } from ${JSON.stringify(module)};
    globalThis.held = await lockFolder(${JSON.stringify(folder)}, () => {}, new AbortController().signal);
    console.log('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

test('a second one waits until the first lets go', async () => {
  const order: string[] = [];
  const first = await lockFolder(folder, () => {}, never);
  const waiting = Promise.withResolvers<void>();
  const second = lockFolder(folder, waiting.resolve, never).then((lock) => {
    order.push('second');
    lock[Symbol.dispose]();
  });
  await waiting.promise;

  order.push('first lets go');
  first[Symbol.dispose]();
  await second;

  expect(order).toEqual(['first lets go', 'second']);
});

test('a lock of another process holds, and goes when that is killed', async () => {
  const holder = await startHolder();
  const waiting = Promise.withResolvers<void>();
  const locking = lockFolder(folder, waiting.resolve, never);
  await waiting.promise;

  holder.kill('SIGKILL');

  (await locking)[Symbol.dispose]();
});

test('an abort ends the waiting, and leaves the lock with who has it', async () => {
  using _first = await lockFolder(folder, () => {}, never);
  const controller = new AbortController();
  const second = lockFolder(folder, () => controller.abort(new Error('enough')), controller.signal);

  await expect(second).rejects.toThrow('enough');
});
