import { type PluginFile, type PluginFolder, stem } from './plugin-folders.ts';

const LINE_WIDTH = 120; // as in biome.json, so that the formatter leaves the file alone

/** The text of a plug-in folder's index.ts. */
export function renderIndex(kind: PluginFolder, plugins: readonly PluginFile[]): string {
  const imports = [
    { from: kind.from, line: `import type { ${kind.type} } from '${kind.from}';` },
    ...plugins.map((plugin) => ({
      from: `./${plugin.file}`,
      line: `import { ${plugin.exported} } from './${plugin.file}';`,
    })),
  ];
  imports.sort((a, b) => (stem(a.from) < stem(b.from) ? -1 : 1)); // `../` sorts before `./`, as the formatter wants it
  return [
    '// Written by `npm run generate`. Do not edit.',
    ...imports.map((entry) => entry.line),
    '',
    renderList(kind, plugins),
    '',
  ].join('\n');
}

function renderList(kind: PluginFolder, plugins: readonly PluginFile[]): string {
  const names = plugins.map((plugin) => plugin.exported);
  const end = `] as const satisfies readonly ${kind.type}[];`;
  const oneLine = `export const ${kind.constant} = [${names.join(', ')}${end}`;
  if (oneLine.length <= LINE_WIDTH) return oneLine;
  return [`export const ${kind.constant} = [`, ...names.map((name) => `  ${name},`), end].join('\n');
}
