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
    sightSteps(image, (commands) => {
      const ofApt = commands.filter(({ name }) => tools.has(name));
      const updates = ofApt.some((command) => packageAction(command) === 'update');
      if (!updates || commands.some(removesIndex)) return [];
      return ofApt.filter((command) => packageAction(command) === 'install');
    }),
};

function removesIndex({ name, arguments: words }: ShellCommand): boolean {
  return (
    (name === 'rm' || name === 'find') && words.some((word) => word.includes(FOLDER) || word.includes('/var/lib/{apt'))
  );
}
