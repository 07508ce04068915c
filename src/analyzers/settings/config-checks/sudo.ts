import type { ConfigCheck } from '../config-check.ts';
import { packageAction } from '../package-action.ts';
import type { ShellCommand } from '../read-script.ts';
import { sightSteps } from '../sight-steps.ts';

export const sudo: ConfigCheck = {
  id: 'DKL-DI-0001',
  title: 'sudo is used or installed',
  severity: 'medium',
  behavior: 'privilege',
  solution: 'Switch with USER while building, or with gosu or setpriv at the start, and leave sudo out',
  check: (image) => sightSteps(image, (commands) => commands.filter(isSudo)),
};

function isSudo(command: ShellCommand): boolean {
  if (command.name === 'sudo') return true;
  return packageAction(command) === 'install' && command.arguments.includes('sudo');
}
