import type { ConfigCheck } from '../config-check.ts';
import { showLine } from '../show-line.ts';
import { showStep } from '../show-step.ts';

const ROOT = /^(?:root|\+?0{1,20})(?::|$)/;

export const runsAsRoot: ConfigCheck = {
  id: 'CIS-DI-0001',
  title: 'The container runs as root',
  severity: 'low',
  behavior: 'privilege',
  solution: 'Create a user in the Dockerfile and end it with USER',
  check({ config, steps }) {
    const user = config.user.trim();
    if (user === '') return [{ place: 'instruction', instruction: 'no USER', detail: 'no USER is set' }];
    if (!ROOT.test(user)) return [];
    const step = steps.findLast(({ keyword }) => keyword === 'USER');
    const instruction = step?.text.trim() === user ? showStep(step) : showLine(`USER ${user}`, 200);
    // Somebody wrote that down: an image that says nothing may be a base for others.
    return [{ place: 'instruction', instruction, detail: 'the last USER is root', severity: 'medium' }];
  },
};
