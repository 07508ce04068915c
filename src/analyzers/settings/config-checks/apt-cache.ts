import type { ConfigCheck } from '../config-check.ts';
import { packageAction } from '../package-action.ts';
import type { ShellCommand } from '../read-script.ts';
import { sightSteps } from '../sight-steps.ts';

const tools = new Set(['apt', 'apt-get', 'aptitude']);
const FOLDER = 'var/lib/apt';

export const aptCache: ConfigCheck = {
  id: 'DKL-DI-0005',
  title: 'apt leaves its package index in the layer',
  severity: 'low',
  behavior: 'build',
  solution: 'End the step with rm -rf /var/lib/apt/lists/*',
  check: (image) =>
    sightSteps(
      image,
      (command, _, { commands }) =>
        tools.has(command.name) &&
        packageAction(command) === 'install' &&
        commands.some((each) => tools.has(each.name) && packageAction(each) === 'update') &&
        !commands.some(removesIndex),
    ),
};

function removesIndex({ name, arguments: words }: ShellCommand): boolean {
  return (
    (name === 'rm' || name === 'find') && words.some((word) => word.includes(FOLDER) || word.includes('/var/lib/{apt'))
  );
}
