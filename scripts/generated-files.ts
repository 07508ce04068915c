import { listPlugins, pluginFolders } from './plugin-folders.ts';
import { renderReference } from './reference/render-reference.ts';
import { renderIndex } from './render-index.ts';
import { renderScreenCode } from './render-screen-code.ts';
import { renderSettings } from './render-settings.ts';

/** A file of the repository that is written from others. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** Everything `npm run generate` writes. */
export async function generatedFiles(root: string): Promise<readonly GeneratedFile[]> {
  const indexes = pluginFolders.flatMap((kind) => {
    const plugins = listPlugins(root, kind);
    return plugins.length === 0 ? [] : [{ path: `${kind.folder}/index.ts`, text: renderIndex(kind, plugins) }];
  });
  return [
    ...indexes,
    { path: 'src/analyzers/text-screen-code.ts', text: renderScreenCode(root) },
    { path: 'docs/guides/settings.md', text: renderSettings() },
    ...(await renderReference(root)),
  ];
}
