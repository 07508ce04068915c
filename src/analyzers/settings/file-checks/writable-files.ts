import type { FileCheck, Flaw } from '../file-check.ts';

/** What runs, or decides what runs. */
const OF_SYSTEM = /^(?:etc|(?:usr\/(?:local\/)?)?(?:s?bin|lib(?:exec|32|64|x32)?))\//;
/** Account files have a check of their own; what stands for kernel and devices is replaced when a container starts. */
const ELSEWHERE = /^(?:dev|proc|sys)\/|^etc\/(?:passwd|shadow|group|gshadow|sudoers)-?$|^etc\/sudoers\.d\//;

const ofSystem: Flaw = { detail: 'of the system', severity: 'high' };
const executable: Flaw = { detail: 'a program' };
const other: Flaw = { detail: 'data', severity: 'low' };

export const writableFiles: FileCheck = {
  id: 'PLI-LI-0001',
  title: 'Anybody may change a file',
  severity: 'medium',
  behavior: 'permission',
  solution: 'Take the right away with chmod o-w',
  maxRows: 20,
  inspect({ type, path, mode }) {
    if ((mode & 0o002) === 0 || type !== 'file' || ELSEWHERE.test(path)) return undefined;
    if (OF_SYSTEM.test(path)) return ofSystem;
    return mode & 0o111 ? executable : other;
  },
};
