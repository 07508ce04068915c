import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { formatBytes } from '../output/units.ts';
import type { Diagnosis, Examination } from './examination.ts';

const GIB = 1024 ** 3;
/** Compiled advisories take about as much. */
const SCARCE_BYTES = GIB;
const TOO_FEW_BYTES = GIB / 8;
const OTHERS = 0o077;

/** Whether the data folder is there, writable, private, and has room. */
export const dataFolder: Examination = {
  part: 'data folder',
  examine: async ({ config: { dataDir } }) => {
    const folder = await stat(dataDir).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!folder) {
      return [
        diagnosis('warning', `${dataDir} is not there yet`, 'plimsoll serve and plimsoll advisories update make it.'),
      ];
    }
    if (!folder.isDirectory()) {
      return [diagnosis('broken', `${dataDir} is no folder`, 'Choose another: --data-dir (PLIMSOLL_DATA_DIR).')];
    }
    const isWritable = await access(dataDir, constants.W_OK | constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!isWritable) {
      return [
        diagnosis(
          'broken',
          `${dataDir} cannot be written`,
          'Give this account the right to it, or choose another: --data-dir (PLIMSOLL_DATA_DIR).',
        ),
      ];
    }
    const { bavail, bsize } = await statfs(dataDir);
    return [privacyOf(dataDir, folder.mode), roomOf(bavail * bsize)];
  },
};

const diagnosis = (condition: Diagnosis['condition'], detail: string, fix?: string): Diagnosis => ({
  part: 'data folder',
  condition,
  detail,
  ...(fix ? { fix } : {}),
});

function privacyOf(dataDir: string, mode: number): Diagnosis {
  if ((mode & OTHERS) === 0) return diagnosis('ok', dataDir);
  const octal = (mode & 0o777).toString(8);
  return diagnosis('warning', `${dataDir} is open to other accounts (mode ${octal})`, `chmod 700 ${dataDir}`);
}

function roomOf(bytes: number): Diagnosis {
  const detail = `${formatBytes(bytes)} free`;
  const part = { part: 'free space', detail };
  if (bytes >= SCARCE_BYTES) return { ...part, condition: 'ok' };
  const condition = bytes < TOO_FEW_BYTES ? 'broken' : 'warning';
  return { ...part, condition, fix: 'Make room: advisories and results need about a GiB.' };
}
