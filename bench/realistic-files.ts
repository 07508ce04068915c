import { type LayerBuilder, layer } from '../demo/build-layer.ts';
import { seededRandom } from './seeded-random.ts';

const KiB = 1024;
const MiB = 1024 ** 2;
const POOL_BYTES = 4 * MiB;
/** Of the bytes. */
const SHARE = { node: 0.42, python: 0.08, libraries: 0.5 };

/**
 * A layer of about so many megabytes unpacked, as in an application image: packages of three kinds, many small files,
 * some large ones, and two thirds gone when compressed. The same bytes on every machine.
 */
export function realisticFiles(megabytes: number): LayerBuilder {
  const builder = layer();
  const bytes = megabytes * 1e6;
  const random = seededRandom(1);
  const text = textPool(random);
  const binary = binaryPool(random);
  builder.file('etc/os-release', 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n');
  builder.file('var/lib/dpkg/status', Array.from({ length: 600 }, (_, at) => debianStanza(at)).join('\n'));
  fill(bytes * SHARE.node, (at) => addNodeModule(builder, at, random, text));
  fill(bytes * SHARE.python, (at) => addPythonPackage(builder, at, random, text));
  fill(bytes * SHARE.libraries, (at) => {
    const content = asLibrary(slice(binary, random, 64 * KiB + Math.floor(random() * 3 * MiB)));
    builder.file(`usr/lib/x86_64-linux-gnu/lib${at}.so`, content);
    return content.byteLength;
  });
  return builder;
}

/** Calls `add`, which returns the bytes it added, until so many are there. */
function fill(bytes: number, add: (at: number) => number): void {
  for (let at = 0, added = 0; added < bytes; at++) added += add(at);
}

function addNodeModule(builder: LayerBuilder, at: number, random: () => number, text: Buffer): number {
  const root = `app/node_modules/module-${at}`;
  const description = slice(text, random, 800).toString('latin1');
  builder.file(`${root}/package.json`, JSON.stringify({ name: `module-${at}`, version: `1.${at}.0`, description }));
  let added = description.length;
  for (let file = 0; file < 12; file++) {
    const content = slice(text, random, 1_000 + Math.floor(random() * 8_000));
    builder.file(`${root}/lib/file-${file}.js`, content);
    added += content.byteLength;
  }
  return added;
}

function addPythonPackage(builder: LayerBuilder, at: number, random: () => number, text: Buffer): number {
  const root = `usr/lib/python3/dist-packages/dist_${at}`;
  const readme = slice(text, random, 4_000).toString('latin1');
  builder.file(
    `${root}-${at}.0.dist-info/METADATA`,
    `Metadata-Version: 2.1\nName: dist-${at}\nVersion: ${at}.0\n\n${readme}`,
  );
  for (let file = 0; file < 10; file++) builder.file(`${root}/module_${file}.py`, slice(text, random, 6_000));
  return readme.length + 10 * 6_000;
}

function debianStanza(at: number): string {
  const fields = [
    `Package: lib${at}`,
    'Status: install ok installed',
    'Architecture: amd64',
    `Version: 1.${at}-1`,
    'Description: a library',
    ' that does much',
  ];
  return `${fields.join('\n')}\n${' and more\n'.repeat(80)}`;
}

/** From a random place in the pool: what it shares with other slices lies further back than a compressor looks. */
function slice(pool: Buffer, random: () => number, length: number): Buffer {
  const at = Math.floor(random() * (pool.byteLength - length));
  return pool.subarray(at, at + length);
}

const words = 'const return function value module exports if else for await name index result => { } (); \n'.split(' ');

/** Source code to a compressor: known words, some of them new. */
function textPool(random: () => number): Buffer {
  const parts: string[] = [];
  for (let size = 0; size < POOL_BYTES; ) {
    const word =
      random() < 0.3 ? Math.floor(random() * 1e6).toString(36) : (words[Math.floor(random() * words.length)] ?? '');
    parts.push(word);
    size += word.length + 1;
  }
  return Buffer.from(parts.join(' '));
}

/** With the header of an ELF library whose 64 KiB of data can be written: analyzers look into those. */
function asLibrary(body: Buffer): Buffer {
  const file = Buffer.from(body);
  file.fill(0, 0, 120);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(3, 16);
  file.writeUInt32LE(64, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, 64);
  file.writeUInt32LE(6, 68);
  file.writeUInt32LE(64 * KiB, 96);
  return file;
}

/** Runs of noise and of zeros: compresses about as shared libraries do. */
function binaryPool(random: () => number): Buffer {
  const bytes = Buffer.alloc(POOL_BYTES);
  for (let at = 0; at < POOL_BYTES; at++) if ((at & 63) < 24) bytes[at] = Math.floor(random() * 256);
  return bytes;
}
