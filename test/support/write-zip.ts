import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';

/** Writes OSV records as an `all.zip`: one `<id>.json` each. */
export async function writeAdvisoryZip(path: string, records: readonly object[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const zip = new yazl.ZipFile();
  for (const record of records) {
    const { id } = record as { readonly id: string };
    zip.addBuffer(Buffer.from(JSON.stringify(record)), `${id}.json`, { mtime: new Date('2026-01-01T00:00:00Z') });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
}
