import type { Inventory } from '../model/inventory.ts';
import { type KindState, notScanned, type Summary } from '../model/scan.ts';
import type { Severity } from '../model/severity.ts';
import type { MatchResult, Vulnerability } from '../model/vulnerability.ts';
import { describeGaps } from './describe-gaps.ts';

/** The row's counts and states from what a scan found; a count that cannot be believed at all stays absent. */
export function summarise(inventory: Inventory, match: MatchResult, os: string, scannedAt: Date): Summary {
  const { vulnerabilities, gaps } = match;
  // What was found is shown even where the rest is unknown: it is a lower bound, and marked as one.
  const coverage = match.coverage === 'unknown' && vulnerabilities.length > 0 ? 'partial' : match.coverage;
  const cause = gaps[0]?.cause;
  const vulnerability: KindState = {
    status: coverage === 'unknown' ? 'failed' : 'scanned',
    progress: 100,
    ...(coverage === 'known' || cause === undefined ? {} : { cause }),
  };
  const count = (...levels: Severity[]) =>
    coverage === 'unknown' ? undefined : vulnerabilities.filter(({ severity }) => levels.includes(severity)).length;
  const needsFix = vulnerabilities.some(isMustFix);
  return {
    vulnerability,
    malware: notScanned,
    risk: notScanned,
    scannedAt,
    osName: inventory.os?.name || os,
    vulnerabilities: coverage === 'unknown' ? undefined : vulnerabilities.length,
    critical: count('critical'),
    high: count('high'),
    medium: count('medium'),
    // No level is called unknown on the wire: such vulnerabilities are counted with the low ones.
    low: count('low', 'unknown'),
    packages: inventory.packages.length,
    needsFix: coverage === 'unknown' || (coverage === 'partial' && !needsFix) ? undefined : needsFix,
    detail: describeGaps(gaps),
  };
}

/** A fix exists and the severity is critical or high, or it is known to be exploited. */
export function isMustFix(vulnerability: Vulnerability): boolean {
  if (vulnerability.exploited) return true;
  const fixable = vulnerability.affected.some((affected) => affected.fixedVersion !== undefined);
  return fixable && (vulnerability.severity === 'critical' || vulnerability.severity === 'high');
}
