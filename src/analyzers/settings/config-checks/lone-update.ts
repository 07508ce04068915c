import type { ConfigCheck } from '../config-check.ts';
import { packageAction } from '../package-action.ts';
import { sightSteps } from '../sight-steps.ts';

export const loneUpdate: ConfigCheck = {
  id: 'CIS-DI-0007',
  title: 'A step updates the package index and installs nothing',
  severity: 'low',
  behavior: 'build',
  solution:
    'Update and install in one RUN, since the layer of the update is cached and later installs use an old index',
  check: (image) =>
    sightSteps(image, (commands) => {
      const actions = commands.map(packageAction);
      if (actions.some((action) => action !== undefined && action !== 'update')) return [];
      return commands.filter((_, index) => actions[index] === 'update');
    }),
};
