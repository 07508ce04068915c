import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Replaces a small file in one step: a kill at any moment leaves the old or the new text. */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const next = `${path}.new`; // writers hold the folder's lock, so there is only one
  const file = await open(next, 'w', 0o644);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
  await syncFolder(dirname(path));
}

/** Makes renames within a folder outlast a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
