import type { AffectedPackage, Suppressed, Vulnerability } from '../model/vulnerability.ts';
import type { ScanReport } from '../scan/scan-report.ts';

/** A vulnerability of one package; `suppressed` where it does not count. */
export interface ReportLine {
  readonly vulnerability: Vulnerability;
  readonly affected: AffectedPackage;
  readonly suppressed?: Suppressed;
}

/** One line per affected package, in the order of the report: worst first. */
export const countedLines = (report: ScanReport): readonly ReportLine[] => report.vulnerabilities.flatMap(linesOf);

/** The same for what is left out. */
export const suppressedLines = (report: ScanReport): readonly ReportLine[] =>
  report.suppressed.flatMap((suppressed) => linesOf(suppressed.vulnerability).map((line) => ({ ...line, suppressed })));

function linesOf(vulnerability: Vulnerability): readonly ReportLine[] {
  return vulnerability.affected.map((affected) => ({ vulnerability, affected }));
}
