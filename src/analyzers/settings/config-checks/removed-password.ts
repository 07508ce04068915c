import type { ConfigCheck } from '../config-check.ts';
import type { ShellCommand } from '../read-script.ts';
import { sightSteps } from '../sight-steps.ts';

const EMPTY = /^(?:-p=?|--password=?)$/;

export const removedPassword: ConfigCheck = {
  id: 'PLI-DI-0006',
  title: 'A step takes the password of a user away',
  severity: 'high',
  behavior: 'privilege',
  solution: 'Lock the account instead: passwd -l, or usermod -L',
  check: (image) => sightSteps(image, (commands) => commands.filter(isRemoval)),
};

function isRemoval({ name, arguments: words }: ShellCommand): boolean {
  if (name === 'passwd') return words.includes('-d') || words.includes('--delete');
  if (name !== 'usermod' && name !== 'useradd') return false;
  return words.some((word, index) => word === '--password=' || (EMPTY.test(word) && words[index + 1] === ''));
}
