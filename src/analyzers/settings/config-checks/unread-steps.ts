import type { ConfigCheck } from '../config-check.ts';
import { showStep } from '../show-step.ts';

export const unreadSteps: ConfigCheck = {
  id: 'PLI-DI-0009',
  title: 'The steps of the build are longer than what is read, so this one was not checked',
  severity: 'medium',
  behavior: 'build',
  solution: 'Put long scripts into files and COPY them',
  check: ({ steps }) =>
    steps.filter(({ unread }) => unread).map((step) => ({ place: 'instruction', instruction: showStep(step) })),
};
