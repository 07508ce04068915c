import type { ConfigCheck } from '../config-check.ts';
import { packageAction } from '../package-action.ts';
import { sightSteps } from '../sight-steps.ts';

const FOLDER = 'var/cache/apk';

export const apkCache: ConfigCheck = {
  id: 'DKL-DI-0004',
  title: 'apk leaves its package index in the layer',
  severity: 'low',
  behavior: 'build',
  solution: 'Use apk add --no-cache',
  check: (image) =>
    sightSteps(image, (command, _, { commands }) => {
      if (command.name !== 'apk' || packageAction(command) !== 'install') return false;
      // Without an index of its own it can only install what it is handed, or what an earlier step left.
      if (command.arguments.includes('--no-cache') || command.arguments.includes('--no-network')) return false;
      return !commands.some(
        ({ name, arguments: words }) => name === 'rm' && words.some((word) => word.includes(FOLDER)),
      );
    }),
};
