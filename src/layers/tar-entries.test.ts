import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { layer, type TarEntry, toTar } from '../../demo/build-layer.ts';
import { AppError } from '../model/app-error.ts';
import type { LayerEntry } from './layer-entry.ts';
import { tarEntries } from './tar-entries.ts';

const limits = { maxEntries: 1_000, maxPathBytes: 4_096 };

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

type Shown =
  | Exclude<LayerEntry, { type: 'file' | 'directory' }>
  | { type: 'directory'; path: string }
  | { type: 'file'; path: string; mode: number; text: string };

async function read(tar: Uint8Array, options: { chunk?: number; limits?: typeof limits } = {}): Promise<Shown[]> {
  const shown: Shown[] = [];
  for await (const entry of tarEntries(inChunks(tar, options.chunk ?? 65_536), options.limits ?? limits)) {
    if (entry.type === 'directory') shown.push({ type: 'directory', path: entry.path });
    else if (entry.type !== 'file') shown.push(entry);
    else {
      const { path, mode } = entry.stat;
      shown.push({ type: 'file', path, mode, text: Buffer.from(await entry.bytes()).toString() });
    }
  }
  return shown;
}

const fileAt = (path: string, text = 'x'): Shown => ({ type: 'file', path, mode: 0o644, text });

test.each([1, 7, 511, 512, 513, 65_536])('reads every kind of entry from chunks of %i bytes', async (chunk) => {
  const long = `${'deep/'.repeat(60)}näme`;
  const tar = layer()
    .dir('./etc/')
    .file('/etc/hello', 'hello', { mode: 0o600 })
    .symlink('etc/link', '../somewhere')
    .hardlink('etc/hard', './etc/hello')
    .file(long, 'long')
    .file('empty', '')
    .whiteout('etc/old')
    .opaque('var')
    .opaque('')
    .tar();

  expect(await read(tar.bytes, { chunk })).toEqual([
    { type: 'directory', path: 'etc' },
    { type: 'file', path: 'etc/hello', mode: 0o600, text: 'hello' },
    { type: 'link', path: 'etc/link', target: '../somewhere', hard: false },
    { type: 'link', path: 'etc/hard', target: 'etc/hello', hard: true },
    fileAt(long, 'long'),
    fileAt('empty', ''),
    { type: 'whiteout', path: 'etc/old' },
    { type: 'opaque', path: 'var' },
    { type: 'opaque', path: '' },
  ]);
});

test.each<[string, Partial<TarEntry>, Shown[]]>([
  [
    'a name that climbs out',
    { path: '../../etc/passwd' },
    [{ type: 'problem', path: '../../etc/passwd', cause: 'layer-corrupt', message: 'the path leads out of the root' }],
  ],
  ['a name with dots that stays inside', { path: 'a/../b' }, [fileAt('b')]],
  [
    'a hard link that climbs out',
    { path: 'a', type: '1', target: '../b' },
    [
      {
        type: 'problem',
        path: 'a',
        cause: 'layer-corrupt',
        message: "of the hard link's target, the path leads out of the root",
      },
    ],
  ],
  [
    'a file that would replace the root',
    { path: './' },
    [{ type: 'problem', path: './', cause: 'layer-corrupt', message: 'the entry would replace the root' }],
  ],
  ['the root itself', { path: './', type: '5' }, []],
  ['a folder of the time before ustar', { path: 'a/', type: '\0' }, [{ type: 'directory', path: 'a' }]],
  ['a file of the time before ustar', { path: 'a', type: '\0' }, [fileAt('a')]],
  [
    'a device',
    { path: 'dev/null', type: '3' },
    [{ type: 'irregular', path: 'dev/null', what: 'a device', hasContent: false }],
  ],
  ['a fifo', { path: 'run/f', type: '6' }, [{ type: 'irregular', path: 'run/f', what: 'a fifo', hasContent: false }]],
  [
    'a sparse file',
    { path: 'opt/disk', type: 'S', content: Buffer.from('between holes') },
    [{ type: 'irregular', path: 'opt/disk', what: 'a sparse file', hasContent: true }],
  ],
  [
    'a sparse file of holes alone',
    { path: 'var/log/lastlog', type: 'S' },
    [{ type: 'irregular', path: 'var/log/lastlog', what: 'a sparse file', hasContent: false }],
  ],
  [
    'an unknown type',
    { path: 'a', type: 'V' },
    [{ type: 'irregular', path: 'a', what: 'an entry of the unknown type "V"', hasContent: false }],
  ],
  ['a whiteout in a folder name', { path: 'a/.wh.b/c' }, [fileAt('a/.wh.b/c')]],
  ['a name that only holds .wh.', { path: 'a/b.wh.c' }, [fileAt('a/b.wh.c')]],
  ['a name that begins almost like a whiteout', { path: 'etc/.whatever' }, [fileAt('etc/.whatever')]],
  ['a whiteout of .wh.x', { path: '.wh..wh' }, [{ type: 'whiteout', path: '.wh' }]],
  ['what aufs kept for itself', { path: '.wh..wh.plnk' }, []],
  [
    'a whiteout that names nothing',
    { path: 'a/.wh.' },
    [{ type: 'problem', path: 'a/.wh.', cause: 'layer-corrupt', message: 'the whiteout names no file' }],
  ],
  [
    'a whiteout of the folder above',
    { path: 'a/.wh...' },
    [{ type: 'problem', path: 'a/.wh...', cause: 'layer-corrupt', message: 'the whiteout names no file' }],
  ],
  ['a directory with a size', { path: 'a', type: '5', content: Buffer.alloc(0) }, [{ type: 'directory', path: 'a' }]],
])('%s', async (_, entry, expected) => {
  const tar = toTar([
    {
      path: 'a',
      type: '0',
      ...(entry.type === undefined || entry.type === '\0' ? { content: Buffer.from('x') } : {}),
      ...entry,
    },
    { path: 'last', type: '0', content: Buffer.from('x') },
  ]);

  expect(await read(tar)).toEqual([...expected, fileAt('last')]);
});

test('a path longer than the limit is a problem, and the next entry is read', async () => {
  const tar = layer().file('x'.repeat(300), 'x').file('last', 'x').tar();

  expect(await read(tar.bytes, { limits: { ...limits, maxPathBytes: 200 } })).toMatchObject([
    { type: 'problem', cause: 'limit-exceeded' },
    { type: 'file', path: 'last' },
  ]);
});

test('what follows the end-of-archive mark is not read', async () => {
  const tar = Buffer.concat([layer().file('a', 'x').tar().bytes, layer().whiteout('a').tar().bytes]);

  expect(await read(tar)).toEqual([fileAt('a')]);
});

test.each([0, 512])('a missing end-of-archive mark is forgiven (%i bytes of it are there)', async (kept) => {
  const { bytes } = layer().file('a', 'x').tar();

  expect(await read(bytes.subarray(0, bytes.byteLength - 1_024 + kept))).toEqual([fileAt('a')]);
});

test('a body that nobody reads, or reads only in part, is passed over', async () => {
  const { bytes } = layer().file('a', 'x'.repeat(5_000)).file('b', 'y'.repeat(5_000)).file('c', 'z').tar();
  const paths: string[] = [];
  for await (const entry of tarEntries(inChunks(bytes, 1_000), limits)) {
    if (entry.type !== 'file') continue;
    paths.push(entry.stat.path);
    if (entry.stat.path === 'a') {
      const { content } = entry;
      content.read(1);
      content.destroy();
    }
    if (entry.stat.path === 'c') expect(String(await buffer(entry.content))).toBe('z');
  }

  expect(paths).toEqual(['a', 'b', 'c']);
});

test.each<[string, (tar: Buffer) => Buffer, string]>([
  ['a cut body', (tar) => tar.subarray(0, 700), 'breaks off'],
  ['a cut header', (tar) => tar.subarray(0, 300), 'breaks off'],
  ['a wrong checksum', (tar) => Buffer.from(tar.map((byte, at) => (at === 0 ? byte + 1 : byte))), 'checksum'],
  ['a lone block of zeros', (tar) => Buffer.concat([Buffer.alloc(512), tar]), 'after a block of zeros'],
  ['no tar at all', () => Buffer.from('<html>not found</html>'.repeat(40)), 'checksum'],
])('%s is layer-corrupt', async (_, damage, message) => {
  const { bytes } = layer().file('a', 'x'.repeat(2_000)).tar();

  await expect(read(damage(Buffer.from(bytes)))).rejects.toMatchObject({
    code: 'layer-corrupt',
    message: expect.stringContaining(message),
  });
});

test('too many entries are limit-exceeded', async () => {
  const { bytes } = layer().file('a', '').file('b', '').file('c', '').tar();

  await expect(read(bytes, { limits: { ...limits, maxEntries: 2 } })).rejects.toMatchObject({ code: 'limit-exceeded' });
});

test('a PAX header that would fill memory is limit-exceeded', async () => {
  const tar = toTar([{ path: 'PaxHeader', type: 'x', content: Buffer.alloc(1024 ** 2 + 1, 'a') }]);

  await expect(read(tar)).rejects.toMatchObject({ code: 'limit-exceeded' });
});

const pax = (...records: readonly string[]): TarEntry => ({
  path: 'PaxHeader',
  type: 'x',
  content: Buffer.from(records.map((record) => `${record.length + (record.length < 7 ? 3 : 4)} ${record}\n`).join('')),
});
const longName = (name: string): TarEntry => ({ path: '././@LongLink', type: 'L', content: Buffer.from(`${name}\0`) });

test.each<[string, readonly TarEntry[], string]>([
  ['a PAX path wins over the header', [pax('path=longer')], 'longer'],
  ['of two records the last counts', [pax('path=first1', 'path=second')], 'second'],
  ['an empty record takes back the one before it', [pax('path=longer', 'comment=x', 'path=')], 'short'],
  ['a PAX header replaces the one before it', [pax('path=longer'), pax('comment=x')], 'short'],
  ['a global header ends what was said before it', [pax('path=longer'), { ...pax('path=global'), type: 'g' }], 'short'],
  ["GNU's name wins over PAX", [longName('gnu'), pax('path=longer')], 'gnu'],
  ["GNU's empty name says nothing", [longName('')], 'short'],
])('%s', async (_, extended, name) => {
  const content = Buffer.from('x');
  const tar = toTar([...extended, { path: 'short', type: '0', content }, { path: 'plain', type: '0', content }]);

  expect(await read(tar)).toEqual([fileAt(name), fileAt('plain')]);
});

test.each<[string, string, readonly string[] | undefined]>([
  // As setcap cap_dac_override,cap_fowner,cap_sys_admin+ep and GNU tar --xattrs write it; 0x0a ends a record elsewhere.
  ['revision 2', '010000020a002000000000000000000000000000', ['dac_override', 'fowner', 'sys_admin']],
  ['revision 3, with the upper word', '01000003002000000000000080000000000000000000f0ff', ['net_raw', 'bpf']],
  ['revision 1', '010000010000200000000000', ['sys_admin']],
  ['none permitted', '0000000200000000ffffffff0000000000000000', undefined],
  ['a revision that is none', '010000090a0020000000000000000000', undefined],
  ['cut short', '010000020a002000', undefined],
])('file capabilities: %s', async (_, attribute, expected) => {
  const value = Buffer.from(attribute, 'hex');
  const record = Buffer.concat([Buffer.from(' SCHILY.xattr.security.capability='), value, Buffer.from('\n')]);
  const content = Buffer.concat([Buffer.from(String(record.byteLength + 2)), record]);
  const file: TarEntry = { path: 'a', type: '0', content: Buffer.from('x') };
  const tar = toTar([{ path: 'PaxHeader', type: 'x', content }, file, { ...file, path: 'b' }]);

  const seen: unknown[] = [];
  for await (const entry of tarEntries(inChunks(tar, 512), limits))
    if (entry.type === 'file') seen.push(entry.stat.capabilities);

  expect(seen).toEqual([expected, undefined]);
});

test('a PAX size wins over the header', async () => {
  const tar = toTar([
    pax('size=00001536'),
    { path: 'a', type: '0', content: Buffer.alloc(512, 'x') },
    { path: 'hidden', type: '0', content: Buffer.alloc(512, 'y') },
    { path: 'b', type: '0', content: Buffer.from('x') },
  ]);

  expect(await read(tar)).toMatchObject([{ path: 'a', text: expect.stringContaining('hidden') }, fileAt('b')]);
});

/** A header of one file `name` with something at 345, where POSIX has a prefix. */
function withPrefix(magic: string, at345: string): Buffer {
  const tar = toTar([{ path: 'name', type: '0', content: Buffer.from('x') }]);
  tar.write(magic, 257, 'latin1');
  tar.write(at345, 345, 'latin1');
  tar.write('        ', 148);
  const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return tar;
}

test.each([
  ['POSIX', 'ustar\x0000', 'var/lib/dpkg', 'var/lib/dpkg/name'],
  ["GNU's times are none", 'ustar  \0', '14567012345\x0014567012345\0', 'name'],
  ['Go before 1.8 in a GNU header', 'ustar  \0', 'var/lib/dpkg', 'var/lib/dpkg/name'],
  ['Go before 1.8, beyond the first time', 'ustar  \0', '\x0012/lib/dpkg', 'name'],
  ['none before ustar', '\0\0\0\0\0\0\0\0', 'var/lib/dpkg', 'name'],
])('a prefix of the name: %s', async (_, magic, at345, name) => {
  expect(await read(withPrefix(magic, at345))).toEqual([fileAt(name)]);
});

test.each([
  ['gnu', []],
  ['oldgnu', []],
  ['pax', ['--sparse-version=0.0']],
  ['pax', ['--sparse-version=0.1']],
  ['pax', ['--sparse-version=1.0']],
])('passes over a sparse file of GNU tar in its %s format %s', async (format, options) => {
  const folder = mkdtempSync(join(tmpdir(), 'tar-entries-'));
  const sparse = openSync(join(folder, 'sparse'), 'w');
  // More pieces than a header has room for.
  for (let piece = 0; piece < 60; piece++) writeSync(sparse, 'data', piece * 100_000);
  closeSync(sparse);
  writeFileSync(join(folder, 'after'), 'x', { mode: 0o644 });
  const tar = execFileSync('tar', ['-C', folder, '-S', `--format=${format}`, ...options, '-c', 'sparse', 'after']);
  rmSync(folder, { recursive: true });

  expect(await read(tar)).toMatchObject([
    { type: 'irregular', path: 'sparse', what: 'a sparse file', hasContent: true },
    { type: 'file', path: 'after', text: 'x' },
  ]);
});

test.each([
  '5 a=b\n',
  '-1 path=x\n',
  '99 path=x\n',
  'path=x\n',
  '9 path=x',
  '99999999999999999999 path=x\n',
  '12 size=abc\n',
  // Nothing that is a number after a whole record: found by the mutations of test/faults.
  '12 path=abc\n\0\0\0\0',
])('the malformed PAX record %j is layer-corrupt', async (record) => {
  const tar = toTar([
    { path: 'PaxHeader', type: 'x', content: Buffer.from(record) },
    { path: 'a', type: '0' },
  ]);

  await expect(read(tar)).rejects.toMatchObject({ code: 'layer-corrupt' });
});

test.each(['ustar', 'pax', 'gnu', 'oldgnu', 'v7'])('reads what GNU tar writes in its %s format', async (format) => {
  const folder = mkdtempSync(join(tmpdir(), 'tar-entries-'));
  const deep = format === 'v7' || format === 'ustar' ? 'deep' : `deep/${'folder/'.repeat(30)}end`;
  mkdirSync(join(folder, deep), { recursive: true });
  writeFileSync(join(folder, deep, 'file'), 'content');
  const tar = execFileSync('tar', [
    '-C',
    folder,
    `--format=${format}`,
    '--no-recursion',
    '-cf',
    '-',
    '.',
    `./${deep}/file`,
  ]);
  rmSync(folder, { recursive: true });

  expect(await read(tar)).toMatchObject([{ type: 'file', path: `${deep}/file`, text: 'content' }]);
});

test('reads what tar-stream writes', async () => {
  const name = fc.stringMatching(/^[a-zé]{1,80}(\/[a-z]{1,80}){0,3}$/);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ name, text: fc.string({ maxLength: 1_500 }) }), { maxLength: 8 }),
      fc.integer({ min: 100, max: 5_000 }),
      async (files, chunk) => {
        const archive = pack();
        for (const file of files) archive.entry({ name: file.name, mode: 0o644 }, file.text);
        archive.finalize();

        const entries = await read(await buffer(archive), { chunk });

        expect(entries).toEqual(files.map((file) => fileAt(file.name, Buffer.from(file.text).toString())));
      },
    ),
    { numRuns: 50 },
  );
});

test('damaged archives end with entries or an AppError, never with anything else', async () => {
  const { bytes } = layer().file('a', 'x'.repeat(600)).file('y'.repeat(200), 'y').symlink('l', 'a').tar();
  const damage = fc.array(fc.tuple(fc.nat(bytes.byteLength - 1), fc.nat(255)), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(damage, fc.nat(bytes.byteLength), async (changes, length) => {
      const damaged = Buffer.from(bytes);
      for (const [at, value] of changes) damaged[at] = value;
      try {
        await read(damaged.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }),
    { numRuns: 500 },
  );
});

test.each<[string, Buffer]>([
  ['the header', owned(1_000, 2_000)],
  ['base 256', owned(3_000_000, 4_000_000)],
  ['a PAX header', Buffer.concat([toTar([pax('uid=1000', 'gid=2000')]).subarray(0, 1_024), owned(7, 8)])],
])('the owner of files and folders is in %s', async (where, tar) => {
  const [uid, gid] = where === 'base 256' ? [3_000_000, 4_000_000] : [1_000, 2_000];
  const stats = [];

  for await (const entry of tarEntries(inChunks(tar, 512), limits)) if ('stat' in entry) stats.push(entry.stat);

  expect(stats[0]).toEqual({ path: 'tmp', size: 0, mode: 0o1777, uid, gid });
  if (where !== 'a PAX header') expect(stats[1]).toEqual({ path: 'tmp/app', size: 1, mode: 0o4755, uid, gid });
});

test('a negative owner in base 256 is nobody in particular', async () => {
  for await (const entry of tarEntries(inChunks(owned(-1, -1), 512), limits)) {
    expect('stat' in entry && entry.stat).toMatchObject({ uid: -1, gid: -1 });
  }
});

test('a PAX owner that is no number is damage', async () => {
  const tar = toTar([pax('uid=root'), { path: 'a', type: '0', content: Buffer.from('x') }]);

  await expect(read(tar)).rejects.toMatchObject({ code: 'layer-corrupt' });
});

/** A folder and a program of that owner, in octal where it fits and in base 256 where it does not. */
function owned(uid: number, gid: number): Buffer {
  const tar = toTar([
    { path: 'tmp/', type: '5', mode: 0o1777 },
    { path: 'tmp/app', type: '0', mode: 0o4755, content: Buffer.from('x') },
  ]);
  for (const at of [0, 512]) {
    for (const [start, id] of [
      [108, uid],
      [116, gid],
    ] as const) {
      if (id >= 0 && id < 8 ** 7) tar.write(`${id.toString(8).padStart(7, '0')}\0`, at + start, 'latin1');
      else {
        tar.fill(id < 0 ? 0xff : 0, at + start, at + start + 8);
        tar.writeInt32BE(id, at + start + 4);
        tar[at + start] = id < 0 ? 0xff : 0x80;
      }
    }
    tar.fill(' ', at + 148, at + 156);
    const sum = tar.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
  }
  return tar;
}
