import type { Summary } from '../model/scan.ts';
import { describeGaps } from './describe-gaps.ts';
import type { RiskResult } from './scan-report.ts';

/**
 * The row's counts and state of risky settings and secrets. Both counts are of all rows of the risk list, as the original's
 * are (API.md c2); what could not be looked at makes them a lower bound, with its cause, and nothing found then is no zero.
 */
export function summariseRisks({
  risks,
  gaps,
}: RiskResult): Pick<Summary, 'risk' | 'risks' | 'secrets' | 'riskDetail'> {
  const cause = gaps[0]?.cause;
  const detail = describeGaps(gaps);
  const unknown = gaps.length > 0 && risks.length === 0;
  const count = unknown ? undefined : risks.length;
  return {
    risk: { status: unknown ? 'failed' : 'scanned', progress: 100, ...(cause ? { cause } : {}) },
    risks: count,
    secrets: count,
    ...(detail ? { riskDetail: detail } : {}),
  };
}
