/** Writes every generated file: `npm run generate`. With `--check` it writes nothing, prints what is stale and exits 1. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedFiles } from './generated-files.ts';

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');

for (const { path, text } of await generatedFiles(root)) {
  const present = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '';
  if (text === present) continue;
  if (check) {
    process.exitCode = 1;
    console.error(`${path} is stale; run \`npm run generate\`:\n${lineDifference(present, text)}`);
  } else {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
}

/** Lines only in one of the two; order is fixed by the generator, so no alignment is needed. */
function lineDifference(present: string, wanted: string): string {
  const before = present.split('\n');
  const after = wanted.split('\n');
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ].join('\n');
}
