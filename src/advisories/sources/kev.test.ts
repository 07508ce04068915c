import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { collect } from '../../../test/support/collect.ts';
import { kev } from './kev.ts';

const folder = mkdtempSync(join(tmpdir(), 'kev-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(text: string) {
  const path = join(folder, 'kev.json');
  writeFileSync(path, text);
  return (await collect(kev.read(path, 'kev/catalogue'))).flatMap((batch) => [...batch]);
}

test('the catalogue is asked for only where it is configured, and may be absent', () => {
  const settings = { osvUrl: 'https://example.com', ecosystems: [] };

  expect(kev.feeds(settings)).toEqual([]);
  expect(kev.feeds({ ...settings, kevUrl: 'https://example.com/kev.json' })).toMatchObject([
    { name: 'kev/catalogue', url: 'https://example.com/kev.json', optional: true },
  ]);
});

test('every CVE of the catalogue is known to be exploited; other entries are named', async () => {
  const vulnerabilities = [{ cveID: 'CVE-2021-44228', vendorProject: 'Apache' }, { cveID: 'log4j' }, 'CVE-2021-1'];

  expect(await read(JSON.stringify({ title: 'KEV', vulnerabilities }))).toMatchObject([
    { kind: 'exploited', vulnerabilityId: 'CVE-2021-44228' },
    { kind: 'bad', id: 'entry 1' },
    { kind: 'bad', id: 'entry 2' },
  ]);
});

test.each(['', '<html>', '[]', '{}', '{"vulnerabilities":{}}', 'null'])('%j is no catalogue', async (text) => {
  await expect(read(text)).rejects.toMatchObject({ code: 'blob-corrupt' });
});
