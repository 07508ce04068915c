import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An excerpt that a package's own description was cut to; its field `x-source` says which. */
export function readExcerpt<T>(file: string): T & { readonly 'x-source': string } {
  return JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8'));
}
