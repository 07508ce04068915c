import type { InspectedEntry } from './file-check.ts';
import { showLine } from './show-line.ts';

const MAX_PATH = 160;

/** As `ls -l` shows it: `-rwsr-xr-x root:root /usr/bin/x`. */
export function showFile({ type, path, mode, uid, gid, capabilities }: InspectedEntry): string {
  const bits = `${type === 'directory' ? 'd' : '-'}${triple(mode >> 6, mode & 0o4000, 's')}${triple(mode >> 3, mode & 0o2000, 's')}${triple(mode, mode & 0o1000, 't')}`;
  const more = capabilities ? ` (${capabilities.join(', ')})` : '';
  return `${bits} ${nameOf(uid)}:${nameOf(gid)} /${showLine(path, MAX_PATH)}${more}`;
}

function triple(bits: number, special: number, letter: string): string {
  const execute = bits & 1 ? 'x' : '-';
  const last = special ? (bits & 1 ? letter : letter.toUpperCase()) : execute;
  return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${last}`;
}

/** Names are in the image's passwd, which may lie in another layer; root has none but this. */
const nameOf = (id: number | undefined) => (id === undefined ? '?' : id === 0 ? 'root' : String(id));
