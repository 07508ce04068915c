/**
 * Writes the index.ts of every plug-in folder: `npm run generate`. With `--check` it writes nothing, prints what
 * is stale and exits 1.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listPlugins, pluginFolders } from './plugin-folders.ts';
import { renderIndex } from './render-index.ts';

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');
let stale = 0;

for (const kind of pluginFolders) {
  const plugins = listPlugins(root, kind);
  if (plugins.length === 0) continue;
  const path = `${kind.folder}/index.ts`;
  const wanted = renderIndex(kind, plugins);
  const present = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '';
  if (wanted === present) continue;
  if (check) {
    stale++;
    console.error(`${path} is stale; run \`npm run generate\`:\n${lineDifference(present, wanted)}`);
  } else {
    writeFileSync(join(root, path), wanted);
    console.log(`wrote ${path} (${plugins.length})`);
  }
}
if (stale > 0) process.exitCode = 1;

/** Lines only in one of the two; order is fixed by the generator, so no alignment is needed. */
function lineDifference(present: string, wanted: string): string {
  const before = present.split('\n');
  const after = wanted.split('\n');
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ].join('\n');
}
