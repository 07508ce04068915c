import type { FileCheck, Flaw } from '../file-check.ts';

const HOST_KEY = /^etc\/(?:ssh\/ssh_host_[a-z0-9]{1,20}_key|dropbear\/dropbear_[a-z0-9]{1,20}_host_key)$/;
const flaw: Flaw = { detail: 'a host key' };

export const hostKeys: FileCheck = {
  id: 'PLI-LI-0005',
  title: 'The private key that an SSH server proves itself with is in the image',
  severity: 'medium',
  behavior: 'exposure',
  solution:
    'Remove it; whoever pulls the image can pose as every container of it. Make keys at the start, if SSH is needed at all',
  inspect({ type, path, size }) {
    if (size === 0 || type !== 'file' || !path.startsWith('etc/') || !path.endsWith('_key')) return undefined;
    return HOST_KEY.test(path) ? flaw : undefined;
  },
};
