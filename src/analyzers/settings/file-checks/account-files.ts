import type { FileCheck, Flaw } from '../file-check.ts';

const ACCOUNTS = /^etc\/(?:(?:passwd|shadow|group|gshadow)-?|sudoers|sudoers\.d\/[^/]+)$/;
const HASHES = /^etc\/g?shadow-?$/;

const writable: Flaw = { detail: 'anybody may change it', severity: 'critical' };
const foreign: Flaw = { detail: 'it belongs to somebody else than root' };
const readable: Flaw = { detail: 'anybody may read the hashes of passwords' };

export const accountFiles: FileCheck = {
  id: 'PLI-LI-0003',
  title: 'A file that decides who is root is open to others',
  severity: 'high',
  behavior: 'permission',
  solution: 'Restore owner and mode: root, 0644 for passwd and group, 0640 for shadow, 0440 for sudoers',
  inspect({ type, path, mode, uid }) {
    if (!path.startsWith('etc/') || type !== 'file' || !ACCOUNTS.test(path)) return undefined;
    if (mode & 0o002) return writable;
    if (uid !== undefined && uid !== 0) return foreign;
    return mode & 0o004 && HASHES.test(path) ? readable : undefined;
  },
};
