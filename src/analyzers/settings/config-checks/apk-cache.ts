import type { ConfigCheck } from '../config-check.ts';
import { packageAction } from '../package-action.ts';
import type { ShellCommand } from '../read-script.ts';
import { sightSteps } from '../sight-steps.ts';

const FOLDER = 'var/cache/apk';

export const apkCache: ConfigCheck = {
  id: 'DKL-DI-0004',
  title: 'apk leaves its package index in the layer',
  severity: 'low',
  behavior: 'build',
  solution: 'Use apk add --no-cache',
  check: (image) => sightSteps(image, (commands) => (commands.some(removesIndex) ? [] : commands.filter(leavesIndex))),
};

function leavesIndex(command: ShellCommand): boolean {
  if (command.name !== 'apk' || packageAction(command) !== 'install') return false;
  return !command.arguments.includes('--no-cache') && !command.arguments.includes('--no-network');
}

function removesIndex({ name, arguments: words }: ShellCommand): boolean {
  return name === 'rm' && words.some((word) => word.includes(FOLDER));
}
