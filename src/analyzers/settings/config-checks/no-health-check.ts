import type { ConfigCheck } from '../config-check.ts';

export const noHealthCheck: ConfigCheck = {
  id: 'CIS-DI-0006',
  title: 'The image has no health check',
  severity: 'low',
  behavior: 'build',
  solution: 'Add HEALTHCHECK, unless what runs the container has its own probes, as Kubernetes does',
  check({ config: { healthcheck } }) {
    if (healthcheck === undefined || healthcheck.length === 0)
      return [{ place: 'instruction', instruction: 'no HEALTHCHECK' }];
    return healthcheck[0] === 'NONE'
      ? [{ place: 'instruction', instruction: 'HEALTHCHECK NONE', detail: 'that of its base is switched off' }]
      : [];
  },
};
