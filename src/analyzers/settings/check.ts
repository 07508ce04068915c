import type { RiskBehavior } from '../../model/risk.ts';
import type { Severity } from '../../model/severity.ts';

/** What every check of risky settings says about itself. */
export interface Check {
  /** `CIS-DI-0001`: of section 4 of the CIS Docker Benchmark; `DKL-…`: as dockle has it; `PLI-…`: ours. Never reused. */
  readonly id: string;
  /** What is risky, for people. */
  readonly title: string;
  /** Of an ordinary case; what it finds may say otherwise. */
  readonly severity: Severity;
  readonly behavior: RiskBehavior;
  /** What to do about it. */
  readonly solution: string;
}
