import { execFile } from 'node:child_process';
import { mkdtemp, rm, statfs, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A file system of its own, in memory, that can be filled to the last byte. */
export interface SmallDisk {
  readonly folder: string;
  /** Leaves so much room; none at all by default. */
  fill(leave?: number): Promise<void>;
  /** Gives back what `fill` took. */
  free(): Promise<void>;
  unmount(): Promise<void>;
}

const run = promisify(execFile);
const BALLAST = 'ballast';

/** undefined, and said aloud, where this process may not mount. */
export async function mountSmallDisk(bytes: number): Promise<SmallDisk | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'plimsoll-test', folder]);
  } catch (error) {
    await rm(folder, { recursive: true });
    process.stderr.write(`SKIPPED: no small disk can be mounted here (as root on Linux it can): ${String(error)}\n`);
    return undefined;
  }
  const ballast = join(folder, BALLAST);
  return {
    folder,
    fill: async (leave = 0) => {
      for (;;) {
        const { bavail, bsize } = await statfs(folder);
        if (bavail * bsize <= leave) return;
        await writeFile(ballast, Buffer.alloc(bavail * bsize - leave), { flag: 'a' }).catch(
          (error: { code?: string }) => {
            if (error.code !== 'ENOSPC') throw error;
          },
        );
      }
    },
    free: () => truncate(ballast, 0),
    unmount: async () => {
      await run('umount', [folder]);
      await rm(folder, { recursive: true });
    },
  };
}
