import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const LIBRARIES = '/usr/lib';

/** Debian's libfaketime for programs with threads; undefined where it is not installed. https://github.com/wolfcw/libfaketime */
export function findFaketime(): string | undefined {
  const folders = ['x86_64-linux-gnu', 'aarch64-linux-gnu', '.'].map((each) => join(LIBRARIES, each, 'faketime'));
  for (const folder of folders) {
    try {
      const name = readdirSync(folder).find((each) => each === 'libfaketimeMT.so.1');
      if (name) return join(folder, name);
    } catch {
      // Not there.
    }
  }
  return undefined;
}
