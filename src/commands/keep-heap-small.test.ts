import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const MIB = 1024 ** 2;

/** Bytes that V8 holds for what is young after 64 MB were made in batches of two, all of which lived for some time. */
async function youngBytes(before: string): Promise<number> {
  const work = `
    ${before}
    const batches = [];
    for (let at = 0; at < 32; at++) {
      batches.push(Array.from({ length: 20_000 }, (_, i) => ({ at, i, text: [at, i] })));
      if (batches.length > 4) batches.shift();
    }
    const { getHeapSpaceStatistics } = await import('node:v8');
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    console.log(young.space_size);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', work]);
  return Number(stdout);
}

test('what is young keeps the little room it has at the start of a process', async () => {
  const file = fileURLToPath(new URL('./keep-heap-small.ts', import.meta.url));
  const kept = `const { keepHeapSmall } = await import(${JSON.stringify(file)}); keepHeapSmall();`;

  expect(await youngBytes('')).toBeGreaterThan(8 * MIB);
  expect(await youngBytes(kept)).toBeLessThan(8 * MIB);
});
