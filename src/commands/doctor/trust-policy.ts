import { loadTrustPolicy } from '../../trust/load-trust-policy.ts';
import { InvalidTrustPolicy } from '../../trust/trust-policy.ts';
import { countOf } from '../output/count-of.ts';
import type { Diagnosis, Examination } from './examination.ts';

/** Whether the trust policy can be used; nothing where none is set. */
export const trustPolicy: Examination = {
  part: 'trust policy',
  examine: async ({ config }) => {
    const part = 'trust policy';
    try {
      const policy = await loadTrustPolicy(config.trustPolicy);
      if (!policy) return [];
      const keys = new Set(policy.rules.flatMap((rule) => rule.keys.map(({ name }) => name)));
      const identities = policy.rules.reduce((sum, rule) => sum + rule.identities.length, 0);
      const named = [countOf(keys.size, 'key'), ...(identities > 0 ? [`${identities} keyless`] : [])].join(', ');
      const detail = `${countOf(policy.rules.length, 'rule')}, ${named} (${config.trustPolicy})`;
      return [{ part, condition: 'ok', detail }] satisfies readonly Diagnosis[];
    } catch (error) {
      if (!(error instanceof InvalidTrustPolicy)) throw error;
      return [{ part, condition: 'broken', detail: error.message, fix: 'Mend the file: docs/guides/trust.md.' }];
    }
  },
};
