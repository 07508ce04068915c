import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { collect } from '../../../test/support/collect.ts';
import { epss } from './epss.ts';

const folder = mkdtempSync(join(tmpdir(), 'epss-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(bytes: Uint8Array) {
  const path = join(folder, 'scores.gz');
  writeFileSync(path, bytes);
  return (await collect(epss.read(path, 'epss/scores'))).flatMap((batch) => [...batch]);
}

test('each line is the score of a CVE, and others are named', async () => {
  const text =
    '#model_version:v2025.03.14,score_date:2026-11-25\ncve,epss,percentile\nCVE-2024-0001,0.00042,0.1\nnonsense\nCVE-2024-0002,2,0.5\n';

  expect(await read(gzipSync(text))).toEqual([
    { kind: 'epss', vulnerabilityId: 'CVE-2024-0001', epss: { probability: 0.00042, percentile: 0.1 } },
    { kind: 'bad', id: 'line 4', message: expect.any(String) },
    { kind: 'bad', id: 'line 5', message: expect.any(String) },
  ]);
});

test('what is no gzip file is refused', async () => {
  await expect(read(Buffer.from('cve,epss'))).rejects.toMatchObject({ code: 'blob-corrupt' });
});

test('it is asked for only where there is an address', () => {
  expect(epss.feeds({ osvUrl: '', ecosystems: [] })).toEqual([]);
  expect(epss.feeds({ osvUrl: '', ecosystems: [], epssUrl: 'https://x/e.gz' })).toMatchObject([{ optional: true }]);
});
