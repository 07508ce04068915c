import { InvalidArgumentError } from 'commander';
import type { Vulnerability } from '../model/vulnerability.ts';
import type { ScanReport } from '../scan/scan-report.ts';

/** What `--fail-on` knows; each tells which vulnerabilities break it. */
const rules = {
  critical: (found: Vulnerability) => found.severity === 'critical',
  high: (found: Vulnerability) => found.severity === 'high',
  medium: (found: Vulnerability) => found.severity === 'medium',
  low: (found: Vulnerability) => found.severity === 'low',
  kev: (found: Vulnerability) => found.exploited,
  fixable: (found: Vulnerability) => found.affected.some((affected) => affected.fixedVersion !== undefined),
} as const;

export type FailRule = keyof typeof rules | 'unknown';
export const failRules: readonly FailRule[] = [...(Object.keys(rules) as (keyof typeof rules)[]), 'unknown'];

/** Reads `critical,kev`. */
export function parseFailOn(text: string): readonly FailRule[] {
  return text.split(',').map((word) => {
    const rule = failRules.find((known) => known === word.trim().toLowerCase());
    if (rule === undefined) throw new InvalidArgumentError(`"${word}" is none of ${failRules.join(', ')}.`);
    return rule;
  });
}

/** One line per broken rule: `critical: 2 (CVE-…, CVE-…)`; empty when the image may pass. */
export function brokenRules(report: ScanReport, wanted: readonly FailRule[]): readonly string[] {
  return wanted.flatMap((rule) => {
    if (rule === 'unknown') {
      return report.coverage === 'known'
        ? []
        : [`unknown: ${report.gaps.map((gap) => gap.subject).join(', ') || report.coverage}`];
    }
    const found = report.vulnerabilities.filter(rules[rule]);
    if (found.length === 0) return [];
    const named = found.slice(0, 5).map((vulnerability) => vulnerability.id);
    return [`${rule}: ${found.length} (${named.join(', ')}${found.length > named.length ? ', …' : ''})`];
  });
}
