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

export type FailRule = keyof typeof rules | 'unknown' | `epss=${number}`;
const words: readonly FailRule[] = [...(Object.keys(rules) as (keyof typeof rules)[]), 'unknown'];
/** For people. */
export const failRules: readonly string[] = [...words, 'epss=<least chance, 0 to 1>'];
const EPSS = /^epss=(0?\.\d{1,9}|[01](?:\.0{1,9})?)$/;

/** Reads `critical,kev,epss=0.1`. */
export function parseFailOn(text: string): readonly FailRule[] {
  return text.split(',').map((part) => {
    const word = part.trim().toLowerCase();
    const [, chance] = EPSS.exec(word) ?? [];
    if (chance !== undefined) return `epss=${Number(chance)}` as const;
    const rule = words.find((known) => known === word);
    if (rule === undefined) throw new InvalidArgumentError(`"${part}" is none of ${failRules.join(', ')}.`);
    return rule;
  });
}

/** Whether a rule asks for chances of exploitation and there is not one: nobody can say, then. */
export function lacksEpss({ vulnerabilities }: ScanReport, wanted: readonly FailRule[]): boolean {
  return (
    wanted.some(isEpss) &&
    vulnerabilities.some(({ id }) => id.startsWith('CVE-')) &&
    vulnerabilities.every(({ epss }) => epss === undefined)
  );
}

/** One line per broken rule: `critical: 2 (CVE-…, CVE-…)`; empty when the image may pass. */
export function brokenRules(report: ScanReport, wanted: readonly FailRule[]): readonly string[] {
  return wanted.flatMap((rule) => {
    if (rule === 'unknown') {
      return report.coverage === 'known'
        ? []
        : [`unknown: ${report.gaps.map((gap) => gap.subject).join(', ') || report.coverage}`];
    }
    const found = report.vulnerabilities.filter(isEpss(rule) ? atLeast(rule) : rules[rule]);
    if (found.length === 0) return [];
    const named = found.slice(0, 5).map((vulnerability) => vulnerability.id);
    return [`${rule}: ${found.length} (${named.join(', ')}${found.length > named.length ? ', …' : ''})`];
  });
}

const isEpss = (rule: FailRule): rule is `epss=${number}` => rule.startsWith('epss=');

function atLeast(rule: `epss=${number}`): (found: Vulnerability) => boolean {
  const least = Number(rule.slice('epss='.length));
  return ({ epss }) => epss !== undefined && epss.probability >= least;
}
