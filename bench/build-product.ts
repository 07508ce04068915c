import { execFile } from 'node:child_process';
import { copyFile, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** Builds what is shipped into a folder, as `npm run build` does: without types to strip, which costs memory. Returns its cli.js. */
export async function buildProduct(folder: string): Promise<string> {
  const compiler = resolve('node_modules/typescript/bin/tsc');
  const outDir = join(folder, 'dist');
  await promisify(execFile)(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', outDir]);
  await copyFile('package.json', join(folder, 'package.json'));
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  return join(outDir, 'cli.js');
}
