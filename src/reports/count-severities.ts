import type { Severity } from '../model/severity.ts';
import type { ScanReport } from '../scan/scan-report.ts';

/** Vulnerabilities by severity; undefined where nothing is known, which is not zero. */
export function countSeverities(report: ScanReport): Readonly<Record<Severity, number>> | undefined {
  if (report.coverage === 'unknown' && report.vulnerabilities.length === 0) return undefined;
  const counts = { critical: 0, high: 0, medium: 0, low: 0, unknown: 0 };
  for (const { severity } of report.vulnerabilities) counts[severity]++;
  return counts;
}
