import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The ecosystems that somebody copied to a folder in the bucket's layout; undefined for a URL, which may have them all. */
export function ecosystemsInFolder(osvUrl: string): readonly string[] | undefined {
  if (!osvUrl.startsWith('file:')) return undefined;
  const folder = fileURLToPath(osvUrl);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => existsSync(join(folder, name, 'all.zip'))).sort();
}
