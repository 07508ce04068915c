import type { ConfigCheck } from '../config-check.ts';
import { showLine } from '../show-line.ts';

const OPEN = /^(?:\/tmp|\/var\/tmp|\/dev\/shm)(?:\/|$)/;

export const openSearchPath: ConfigCheck = {
  id: 'PLI-DI-0008',
  title: 'Programs are looked for where anybody may put one',
  severity: 'medium',
  behavior: 'permission',
  solution: 'Leave the current folder and temporary ones out of PATH',
  check: ({ config: { env } }) =>
    env.flatMap((variable) => {
      if (!variable.startsWith('PATH=')) return [];
      const risky = variable
        .slice(5)
        .split(':', 1_000)
        .find((folder) => !folder.startsWith('/') || OPEN.test(folder));
      if (risky === undefined || risky.startsWith('$') || risky.startsWith('~')) return [];
      const detail = risky === '' || risky === '.' ? 'the current folder' : showLine(risky, 100);
      return [{ place: 'environment', instruction: showLine(`ENV ${variable}`, 1_000), detail }];
    }),
};
