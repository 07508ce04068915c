import { constants, type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Linux makes a file that never has a name; Node does not list the flag. https://man7.org/linux/man-pages/man2/open.2.html */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;
const PRIVATE = 0o600;

/**
 * A temporary file that only this process can reach: it has no name, and goes with its handle, however the process ends.
 * Where the system cannot do so it has a name, in a private folder, until it is open.
 */
export async function openUnnamedFile(): Promise<FileHandle> {
  if (process.platform === 'linux') {
    const unnamed = await open(tmpdir(), O_TMPFILE | constants.O_RDWR, PRIVATE).catch(() => undefined);
    if (unnamed) return unnamed;
  }
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-'));
  try {
    return await open(join(folder, 'unnamed'), 'wx+', PRIVATE);
  } finally {
    await rm(folder, { recursive: true });
  }
}
