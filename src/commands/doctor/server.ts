import { askHealth } from '../../api/client/ask-health.ts';
import type { Examination } from './examination.ts';

const HEALTHY = 200;

/** Whether the server of the endpoint is well, when one runs. */
export const server: Examination = {
  part: 'server',
  examine: async ({ config: { endpoint }, signal }) => {
    const part = 'server';
    const health = await askHealth(endpoint, signal);
    if (!health) {
      const detail = `nobody answers at ${endpoint} (PLIMSOLL_ENDPOINT); plimsoll scan needs no server`;
      return [{ part, condition: 'skipped', detail }];
    }
    if (!health.isPlimsoll) {
      const fix = 'Check PLIMSOLL_ENDPOINT (or --endpoint).';
      return [{ part, condition: 'broken', detail: `what answers at ${endpoint} is no Plimsoll server`, fix }];
    }
    if (health.status === HEALTHY) return [{ part, condition: 'ok', detail: `${endpoint} is well` }];
    const fix = 'Look into its log; mostly its database cannot be reached.';
    return [{ part, condition: 'broken', detail: `${endpoint} says that it is not available`, fix }];
  },
};
