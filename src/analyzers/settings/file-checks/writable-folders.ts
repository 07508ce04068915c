import type { FileCheck, Flaw } from '../file-check.ts';

const STICKY = 0o1000;
const OF_SYSTEM = /^(?:etc|boot|(?:usr\/(?:local\/)?)?(?:s?bin|lib(?:exec|32|64|x32)?))(?:\/|$)|^usr(?:\/local)?$/;
const KERNEL = /^(?:dev|proc|sys)(?:\/|$)/;

const ofSystem: Flaw = { detail: 'of the system', severity: 'high' };
const other: Flaw = { detail: 'one of the image' };

export const writableFolders: FileCheck = {
  id: 'PLI-LI-0002',
  title: 'Anybody may remove and replace what lies in a folder',
  severity: 'medium',
  behavior: 'permission',
  solution: 'Take the right away with chmod o-w, or set the sticky bit with chmod +t, as /tmp has it',
  maxRows: 20,
  inspect({ type, path, mode }) {
    if ((mode & 0o002) === 0 || type !== 'directory' || (mode & STICKY) !== 0 || KERNEL.test(path)) return undefined;
    return OF_SYSTEM.test(path) ? ofSystem : other;
  },
};
