import { parentOf } from '../layers/normalise-path.ts';
import type { Digest } from '../model/digest.ts';
import type { LayerReport } from '../model/layer-report.ts';

/** Whether a later layer took a path away, or put something else in its place, such as a folder with another mode; `reports` from base to top. */
export function createRemovals(
  reports: readonly LayerReport[],
): (layerIndex: number, path: string) => Digest | undefined {
  const layers = reports.map((report) => ({
    digest: report.digest,
    replaced: new Set([...report.removed, ...Object.keys(report.files)]),
    directories: new Set(report.directories),
    emptied: new Set(report.emptied),
  }));
  return (layerIndex, path) => {
    const above = foldersOf(path);
    return layers
      .slice(layerIndex + 1)
      .find(
        ({ replaced, directories, emptied }) =>
          replaced.has(path) ||
          directories.has(path) ||
          above.some((folder) => replaced.has(folder) || emptied.has(folder)),
      )?.digest;
  };
}

/** Every folder above, up to the root, which is ''. */
function foldersOf(path: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = path; folder !== ''; ) {
    folder = parentOf(folder);
    folders.push(folder);
  }
  return folders;
}
