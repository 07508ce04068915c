import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generatedFiles } from '../scripts/generated-files.ts';
import { pluginFileNames, pluginFolders } from '../scripts/plugin-folders.ts';
import { renderIndex } from '../scripts/render-index.ts';

const root = join(import.meta.dirname, '..');
const present = pluginFolders.filter((kind) => pluginFileNames(root, kind).length > 0);

test.for(present)('every file of $folder is listed in its index', (kind) => {
  const path = join(root, kind.folder, 'index.ts');

  const index = existsSync(path) ? readFileSync(path, 'utf8') : '';

  for (const file of pluginFileNames(root, kind)) expect(index).toContain(`'./${file}'`);
});

test.for(await generatedFiles(root))('$path is what `npm run generate` writes', ({ path, text }) => {
  expect(existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '').toBe(text);
});

test('a long list has one plug-in a line, and imports are in the order of the formatter', () => {
  const kind = { folder: 'src/things', constant: 'things', type: 'Thing', from: './thing.ts' };
  const names = ['alpha', 'thing-b', 'zeta'].map((name) => ({
    file: `${name}.ts`,
    exported: `${name.slice(0, 5)}Plugin`,
  }));

  const short = renderIndex(kind, names.slice(0, 1));
  const long = renderIndex(kind, [...names, ...names, ...names]);

  expect(short).toBe(
    "// Written by `npm run generate`. Do not edit.\nimport { alphaPlugin } from './alpha.ts';\nimport type { Thing } from './thing.ts';\n\n" +
      'export const things = [alphaPlugin] as const satisfies readonly Thing[];\n',
  );
  expect(long).toContain('export const things = [\n  alphaPlugin,\n');
});
