/** Folders of tests: what lies in them is there to be tested with, and is no installation. */
const testFolders = new Set(['test', 'tests', '__tests__', 'spec', 'fixture', 'fixtures', '__fixtures__', 'testdata']);
/** Folders that package managers fill: a lock file in them is of the development of the package it came with. */
const packageFolders = new Set([
  'node_modules',
  'bower_components',
  'site-packages',
  'dist-packages',
  'vendor',
  'gems',
  '.cargo',
  '.gradle',
  '.m2',
  '.npm',
  '.nuget',
  '.cache',
]);
const GO_MODULES = 'pkg/mod/';

/** Whether the last part of a path is one of these names. */
export function isNamed(path: string, names: readonly string[]): boolean {
  return names.some(
    (name) => path.endsWith(name) && (path.length === name.length || path[path.length - name.length - 1] === '/'),
  );
}

/**
 * Whether a path is a file of one of these names that says what a project in this image needs: a lock file. Not those in
 * the folder of an installed package, nor those in a folder of tests; but a project may lie in /test.
 */
export function isProjectFile(path: string, names: readonly string[]): boolean {
  if (!isNamed(path, names)) return false;
  const folders = path.split('/').slice(0, -1);
  return !folders.some((folder) => packageFolders.has(folder)) && !path.includes(GO_MODULES) && !isTestContent(path);
}

/** Whether a folder of tests leads to the path; the first folder does not count. */
export function isTestContent(path: string): boolean {
  return path
    .split('/')
    .slice(1, -1)
    .some((folder) => testFolders.has(folder));
}
