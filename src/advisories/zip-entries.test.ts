import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import yazl from 'yazl';
import { defaultZipLimits, readZip, type ZipLimits } from './zip-entries.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-zip-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function writeZip(
  name: string,
  files: Readonly<Record<string, Buffer | string>>,
  compress = true,
): Promise<string> {
  const path = join(folder, name);
  const zip = new yazl.ZipFile();
  for (const [entry, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), entry, { compress });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
  return path;
}

async function readAll(path: string, limits?: ZipLimits): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const entries of readZip(path, limits)) {
    for (const { name, content } of entries) found[name] = Buffer.isBuffer(content) ? content.toString() : content.code;
  }
  return found;
}

test.for([true, false])('every file is read, compressed: %s', async (compress) => {
  const files = { 'a.json': '{"a":1}', 'empty.json': '', 'b.json': 'x'.repeat(3_000_000) };

  expect(await readAll(await writeZip(`good-${compress}.zip`, files, compress))).toEqual(files);
});

test('a directory of several megabytes is read to its end', async () => {
  // Few files with long names, stored: yazl takes a millisecond and more for each file that it packs.
  const files = Object.fromEntries(
    Array.from({ length: 500 }, (_, index) => [`${index}-${'x'.repeat(5_000)}`, `{"n":${index}}`]),
  );

  const found = await readAll(await writeZip('many.zip', files, false));

  expect(Object.values(found)).toEqual(Object.values(files));
});

test('names are never paths: whatever they are, they only name', async () => {
  const path = await writeZip('names.zip', { 'aaaaaaaaaaaaaaaaaaaaa.json': '{}' });
  const bytes = await readFile(path);
  for (let at = bytes.indexOf('aaaaaaaaaaaaaaaaaaaaa'); at >= 0; at = bytes.indexOf('aaaaaaaaaaaaaaaaaaaaa'))
    bytes.write('../../../../etc/passwd'.slice(0, 21), at);
  await writeFile(path, bytes);

  expect(await readAll(path)).toEqual({ '../../../../etc/passw.json': '{}' });
});

test('a damaged file does not spoil the others', async () => {
  const path = await writeZip('damaged.zip', { 'a.json': 'first'.repeat(100), 'b.json': 'second' }, false);
  const bytes = await readFile(path);
  bytes.write('FIRST', bytes.indexOf('firstfirst'));
  await writeFile(path, bytes);

  expect(await readAll(path)).toEqual({ 'a.json': 'blob-corrupt', 'b.json': 'second' });
});

test('a damaged file does not spoil the others that are unpacked along with it', async () => {
  const path = await writeZip('flipped.zip', { 'a.json': 'first', 'b.json': 'second '.repeat(50), 'c.json': 'third' });
  const bytes = await readFile(path);
  const start = bytes.indexOf('b.json') + 'b.json'.length;
  bytes.writeUInt8(bytes.readUInt8(start + 4) ^ 0xff, start + 4);
  await writeFile(path, bytes);

  expect(await readAll(path)).toEqual({ 'a.json': 'first', 'b.json': 'blob-corrupt', 'c.json': 'third' });
});

test('a file larger than its limit is refused unread', async () => {
  const path = await writeZip('large.zip', { 'a.json': 'a'.repeat(2000), 'b.json': 'b' });

  expect(await readAll(path, { ...defaultZipLimits, maxEntryBytes: 1000 })).toEqual({
    'a.json': 'limit-exceeded',
    'b.json': 'b',
  });
});

/** The archive, claiming another size for each file of `size` bytes. */
async function misstate(path: string, size: number, stated: number): Promise<string> {
  const bytes = await readFile(path);
  const field = Buffer.alloc(4);
  field.writeUInt32LE(size);
  for (let at = bytes.indexOf(field); at >= 0; at = bytes.indexOf(field, at + 1)) bytes.writeUInt32LE(stated, at);
  await writeFile(path, bytes);
  return path;
}

test('a file that unpacks to more than it states is refused', async () => {
  const path = await writeZip('liar.zip', { 'a.json': 'a'.repeat(100_000) });

  expect(await readAll(await misstate(path, 100_000, 10))).toEqual({ 'a.json': 'blob-corrupt' });
});

test.for<[string, Partial<ZipLimits>]>([
  ['entries', { maxEntries: 2 }],
  ['bytes', { maxTotalBytes: 1000 }],
])('an archive with too many %s is refused', async ([, limit]) => {
  const path = await writeZip('many-more.zip', { a: 'a'.repeat(600), b: 'b'.repeat(600), c: 'c' });

  await expect(readAll(path, { ...defaultZipLimits, ...limit })).rejects.toMatchObject({ code: 'limit-exceeded' });
});

test('a zip bomb is refused by what its directory states', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const path = await writeZip('bomb.zip', Object.fromEntries(names.map((name) => [name, Buffer.alloc(100_000)])));

  await expect(readAll(await misstate(path, 100_000, 20_000_000))).rejects.toMatchObject({
    code: 'limit-exceeded',
    message: expect.stringContaining('zip bomb'),
  });
});

test('what is no zip is refused, also when it begins like one', async () => {
  const good = await readFile(await writeZip('cut.zip', { 'a.json': 'a'.repeat(1000), 'b.json': 'b' }));
  const contents = [
    Buffer.alloc(0),
    Buffer.from('<html>sign in to this network</html>'),
    good.subarray(0, good.length - 40),
  ];

  for (const [index, content] of contents.entries()) {
    const path = join(folder, `no-${index}.zip`);
    await writeFile(path, content);
    await expect(readAll(path), `content ${index}`).rejects.toMatchObject({ code: 'blob-corrupt' });
  }
});
