import { crc32, gunzipSync } from 'node:zlib';
import type { Entry } from 'yauzl';
import { AppError } from '../model/app-error.ts';
import type { FileWindow } from './file-window.ts';
import type { ZipEntry } from './zip-entries.ts';

/** Several files of a zip archive at once. Those that are damaged, or larger than `maxBytes` each, do not spoil the others. */
export function unpackEntries(file: FileWindow, entries: readonly Entry[], maxBytes: number): readonly ZipEntry[] {
  const packed = entries.map((entry) => locate(file, entry, maxBytes));
  const deflated = packed.filter((each): each is Packed => !(each instanceof AppError) && each.method === DEFLATED);
  const inflated = new Map(inflate(deflated).map((content, at) => [deflated[at], content]));
  return packed.map((each, at) => {
    const name = nameOf(entries[at]);
    if (each instanceof AppError) return { name, content: each };
    const content = each.method === STORED ? each.bytes : inflated.get(each);
    return { name, content: content && isWhole(content, each) ? content : damaged(name) };
  });
}

