import type { FileCheck, Flaw } from '../file-check.ts';

const KEYS = /^(root|home\/[^/]+|var\/lib\/[^/]+)\/\.ssh\/authorized_keys2?$/;

const ofRoot: Flaw = { detail: 'as root', severity: 'high' };
const ofUser: Flaw = { detail: 'as a user' };

export const loginKeys: FileCheck = {
  id: 'PLI-LI-0004',
  title: 'Whoever has the key to it may log in',
  severity: 'medium',
  behavior: 'exposure',
  solution: 'Remove authorized_keys from the image; enter a container with docker exec or kubectl exec',
  inspect({ type, path, size }) {
    if (size === 0 || type !== 'file' || !path.includes('/.ssh/authorized_keys')) return undefined;
    const [match, home] = KEYS.exec(path) ?? [];
    if (match === undefined) return undefined;
    return home === 'root' ? ofRoot : ofUser;
  },
};
