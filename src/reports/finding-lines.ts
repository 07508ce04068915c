import type { MalwareFile } from '../model/malware-file.ts';
import type { Risk } from '../model/risk.ts';
import type { ScanReport } from '../scan/scan-report.ts';

/** A secret or risky setting; `suppressedBy` where it does not count. */
export interface RiskLine {
  readonly risk: Risk;
  readonly suppressedBy?: string;
}

/** A malicious file; `suppressedBy` where it does not count. */
export interface MalwareLine {
  readonly file: MalwareFile;
  readonly suppressedBy?: string;
}

export const isSecret = ({ behavior }: Pick<Risk, 'behavior'>): boolean => behavior === 'secret';

/** Secrets and risky settings, worst first; those that are left out behind them, where that is wanted. */
export function riskLines({ risk }: ScanReport, withSuppressed: boolean): readonly RiskLine[] {
  const leftOut = withSuppressed ? (risk?.suppressed ?? []) : [];
  return [
    ...(risk?.risks ?? []).map((each) => ({ risk: each })),
    ...leftOut.map((each) => ({ risk: each.risk, suppressedBy: each.detail })),
  ];
}

/** The same for malicious files. */
export function malwareLines({ malware }: ScanReport, withSuppressed: boolean): readonly MalwareLine[] {
  const leftOut = withSuppressed ? (malware?.suppressed ?? []) : [];
  return [
    ...(malware?.files ?? []).map((file) => ({ file })),
    ...leftOut.map((each) => ({ file: each.file, suppressedBy: each.detail })),
  ];
}
