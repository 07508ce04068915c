import { crc32 } from 'node:zlib';

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END = 0x06054b50;
const VERSION = 10;
// 2024-01-01 as ZIP counts days, so that digests never change.
const DAY = ((2024 - 1980) << 9) | (1 << 5) | 1;

/** A jar whose files are stored as they are: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
export function buildJar(files: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  const bodies: Uint8Array[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of Object.entries(files)) {
    const name = Buffer.from(path);
    const body = typeof content === 'string' ? Buffer.from(content) : content;
    const about = Buffer.alloc(26);
    about.writeUInt16LE(VERSION, 0);
    about.writeUInt16LE(DAY, 8);
    about.writeUInt32LE(crc32(body), 10);
    about.writeUInt32LE(body.byteLength, 14);
    about.writeUInt32LE(body.byteLength, 18);
    about.writeUInt16LE(name.byteLength, 22);
    bodies.push(word(LOCAL_HEADER), about, name, body);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(word(CENTRAL_HEADER), short(VERSION), about, place, name);
    offset += 30 + name.byteLength + body.byteLength;
  }
  const entries = Object.keys(files).length;
  const size = directory.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const end = [word(END), short(0), short(0), short(entries), short(entries), word(size), word(offset), short(0)];
  return Buffer.concat([...bodies, ...directory, ...end]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function short(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
