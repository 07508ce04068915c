import type { Summary } from '../model/scan.ts';
import { describeGaps } from './describe-gaps.ts';
import type { RiskResult } from './scan-report.ts';

/**
 * The row's counts and state of risky settings and secrets. Both counts are of all rows of the risk list, as the original's
 * are (API.md c2); what could not be looked at makes them a lower bound, with its cause.
 */
export function summariseRisks({
  risks,
  gaps,
}: RiskResult): Pick<Summary, 'risk' | 'risks' | 'secrets' | 'riskDetail'> {
  const cause = gaps[0]?.cause;
  const detail = describeGaps(gaps);
  return {
    risk: { status: 'scanned', progress: 100, ...(cause ? { cause } : {}) },
    risks: risks.length,
    secrets: risks.length,
    ...(detail ? { riskDetail: detail } : {}),
  };
}
