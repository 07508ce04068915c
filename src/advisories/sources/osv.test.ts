import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { collect } from '../../../test/support/collect.ts';
import { osv } from './osv.ts';

const folder = mkdtempSync(join(tmpdir(), 'osv-'));
afterAll(() => rmSync(folder, { recursive: true }));

const npm = (id: string) =>
  JSON.stringify({ id, affected: [{ package: { ecosystem: 'npm', name: 'a' }, versions: ['1.0.0'] }] });

async function read(files: Readonly<Record<string, string>>) {
  const path = join(folder, 'all.zip');
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
  const records = (await collect(osv.read(path, 'osv/npm'))).flatMap((batch) => [...batch]);
  return records.map((record) => {
    if (record.kind === 'advisory') return record.advisory.id;
    return record.kind === 'bad' ? `bad ${record.id}: ${record.message}` : record.kind;
  });
}

test('an ecosystem is a file in the bucket', () => {
  const settings = { osvUrl: 'https://example.com/osv/?token=t', ecosystems: ['npm', 'Rocky Linux'] };

  expect(osv.feeds(settings)).toMatchObject([
    { name: 'osv/npm', url: 'https://example.com/osv/npm/all.zip?token=t', optional: false },
    { name: 'osv/Rocky Linux', url: 'https://example.com/osv/Rocky%20Linux/all.zip?token=t', optional: false },
  ]);
});

test('every JSON file of the archive is a record, whatever its name and its length', async () => {
  const files = {
    'A.json': npm('A'),
    'README.md': 'not a record',
    [`${'x'.repeat(300)}.json`]: npm('LONG'),
    'sub/B.json': npm('B'),
  };

  expect(await read(files)).toEqual(['A', 'LONG', 'B']);
});

test('a record that cannot be read is named with the reason', async () => {
  const files = {
    'html.json': '<html>',
    'list.json': '[]',
    'name.json': npm(''),
    'other.json': npm('C').replace('npm', 'PyPI'),
    'good.json': npm('D'),
  };

  expect(await read(files)).toEqual([
    expect.stringMatching(/^bad html\.json: not JSON: /),
    expect.stringMatching(/^bad list\.json: not an OSV record: : /),
    expect.stringMatching(/^bad name\.json: not an OSV record: id: /),
    'ignored',
    'D',
  ]);
});
