import type { FileCheck, Flaw } from '../file-check.ts';

const FILE = /^(?:etc\/s?hosts\.equiv|(?:root|home\/[^/]+)\/\.[rs]hosts)$/;
const flaw: Flaw = { detail: 'a list of trusted hosts' };

export const trustedHosts: FileCheck = {
  id: 'PLI-LI-0006',
  title: 'Users of other hosts may log in without a password',
  severity: 'high',
  behavior: 'exposure',
  solution: 'Remove it, and the r-services with it',
  inspect({ type, path, size }) {
    if (size === 0 || type !== 'file' || !(path.endsWith('hosts') || path.endsWith('.equiv'))) return undefined;
    return FILE.test(path) ? flaw : undefined;
  },
};
