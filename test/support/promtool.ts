import { spawnSync } from 'node:child_process';

export interface PromtoolAnswer {
  readonly status: number | null;
  /** stdout and stderr. */
  readonly output: string;
}

/** Prometheus' own tool: what it says of files and of metrics given on stdin. */
export function promtool(args: readonly string[], input = ''): PromtoolAnswer {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  if (error) throw error;
  return { status, output: `${stdout}${stderr}` };
}

export const hasPromtool = (): boolean => spawnSync('promtool', ['--version']).status === 0;
