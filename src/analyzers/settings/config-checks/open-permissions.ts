import type { ConfigCheck } from '../config-check.ts';
import type { ShellCommand } from '../read-script.ts';
import { sightSteps } from '../sight-steps.ts';

/** The last digit has the write bit of others, and there is no sticky bit before it. */
const OCTAL = /^0?[0246]?[0-7][0-7][2367]$/;
const SYMBOLIC = /^[ugo]{0,3}[ao][ugo]{0,3}[+=][rxXst]{0,4}w/;
const SETUID = /^0?[2467][0-7]{3}$|^[ugoa]{0,4}[+=][rwxX]{0,4}s/;

export const openPermissions: ConfigCheck = {
  id: 'PLI-DI-0004',
  title: 'A step lets anybody change files, or gives a program the rights of its owner',
  // Often of a file that is gone when the step ends; what stays is told by its mode.
  severity: 'low',
  behavior: 'permission',
  solution: 'Give files to the user who needs them with COPY --chown or chown',
  check: (image) => sightSteps(image, (commands) => commands.filter(isOpen)),
};

function isOpen({ name, arguments: words }: ShellCommand): boolean {
  if (name === 'chmod') {
    const mode = words.find((word) => !word.startsWith('-')) ?? '';
    return mode.split(',', 10).some((part) => OCTAL.test(part) || SYMBOLIC.test(part) || SETUID.test(part));
  }
  if (name !== 'install' && name !== 'mkdir') return false;
  const at = words.findIndex((word) => word === '-m' || word.startsWith('--mode') || /^-m[0-7]{3,4}$/.test(word));
  const mode = words[at] === '-m' || words[at] === '--mode' ? words[at + 1] : words[at]?.replace(/^(?:-m|--mode=)/, '');
  return at !== -1 && OCTAL.test(mode ?? '');
}
