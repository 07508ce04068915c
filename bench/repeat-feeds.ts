import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, deflateRawSync } from 'node:zlib';
import { readZip } from '../src/advisories/zip-entries.ts';
import type { AdvisoryFeeds } from './advisory-feeds.ts';

/** Feeds with what they hold several times, each time about other advisories of other packages: of the size of real updates. */
export async function repeatFeeds(
  feeds: AdvisoryFeeds['feeds'],
  times: number,
  folder: string,
): Promise<AdvisoryFeeds['feeds']> {
  const repeated = [];
  for (const { name, path } of feeds) {
    for (let copy = 0; copy < times; copy++) {
      const target = join(folder, `${copy}`, name.slice('osv/'.length), 'all.zip');
      mkdirSync(dirname(target), { recursive: true });
      await pipeline(Readable.from(zip(renamed(path, copy))), createWriteStream(target));
      repeated.push({ name, path: target });
    }
  }
  return repeated;
}

async function* renamed(path: string, copy: number): AsyncGenerator<readonly [name: string, content: Buffer]> {
  for await (const batch of readZip(path)) {
    for (const { name, content } of batch) {
      if (!Buffer.isBuffer(content)) throw content;
      const record = JSON.parse(content.toString());
      record.id = `${record.id}-${copy}`;
      for (const { package: affected } of record.affected ?? []) if (affected) affected.name += `-${copy}`;
      yield [name, Buffer.from(JSON.stringify(record))];
    }
  }
}

/** APPNOTE.TXT 4.3; libraries take a millisecond and more for each file. At most 65,535 of them. */
async function* zip(files: AsyncIterable<readonly [name: string, content: Buffer]>): AsyncGenerator<Buffer> {
  const directory: Buffer[] = [];
  let offset = 0;
  for await (const [name, content] of files) {
    const packed = deflateRawSync(content);
    const about = [20, 0, 8, 0, 0x5a21].map((value) => uint(2, value));
    const sizes = [crc32(content), packed.length, content.length].map((value) => uint(4, value));
    const common = [...about, ...sizes, uint(2, name.length), uint(2, 0)];
    const local = Buffer.concat([uint(4, 0x04034b50), ...common, Buffer.from(name), packed]);
    const place = [uint(2, 0), uint(2, 0), uint(2, 0), uint(4, 0), uint(4, offset)];
    directory.push(Buffer.concat([uint(4, 0x02014b50), uint(2, 20), ...common, ...place, Buffer.from(name)]));
    offset += local.length;
    yield local;
  }
  const all = Buffer.concat(directory);
  const counts = [uint(2, directory.length), uint(2, directory.length), uint(4, all.length), uint(4, offset)];
  yield Buffer.concat([all, uint(4, 0x06054b50), uint(4, 0), ...counts, uint(2, 0)]);
}

function uint(bytes: 2 | 4, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}
