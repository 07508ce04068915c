import { InvalidArgumentError } from 'commander';
import type { ScanKind } from '../model/scan.ts';
import { type Severity, severities } from '../model/severity.ts';
import type { Vulnerability } from '../model/vulnerability.ts';
import { isSecret } from '../reports/finding-lines.ts';
import { kindCoverage, kindGaps } from '../reports/kind-coverage.ts';
import type { ScanReport } from '../scan/scan-report.ts';

/** Those about vulnerabilities; each tells which ones break it. */
const rules = {
  critical: (found: Vulnerability) => found.severity === 'critical',
  high: (found: Vulnerability) => found.severity === 'high',
  medium: (found: Vulnerability) => found.severity === 'medium',
  low: (found: Vulnerability) => found.severity === 'low',
  kev: (found: Vulnerability) => found.exploited,
  fixable: (found: Vulnerability) => found.affected.some((affected) => affected.fixedVersion !== undefined),
} as const;

type WordRule = keyof typeof rules | 'malware' | 'secret' | 'unknown';
/** What `--fail-on` knows. */
export type FailRule = WordRule | `epss=${number}` | `risk=${Severity}`;
const words: readonly WordRule[] = [...(Object.keys(rules) as (keyof typeof rules)[]), 'malware', 'secret', 'unknown'];
/** For people. */
export const failRules: readonly string[] = [...words, 'epss=<least chance, 0 to 1>', 'risk=<least severity>'];
const EPSS = /^epss=(0?\.\d{1,9}|[01](?:\.0{1,9})?)$/;
const NAMES_SHOWN = 5;
const NAMES_OF_MALWARE_SHOWN = 3;

/** Reads `critical,kev,epss=0.1,secret,risk=high`. */
export function parseFailOn(text: string): readonly FailRule[] {
  return text.split(',').map((part) => {
    const word = part.trim().toLowerCase();
    const [, chance] = EPSS.exec(word) ?? [];
    if (chance !== undefined) return `epss=${Number(chance)}` as const;
    const least = severities.find((severity) => word === `risk=${severity}`);
    if (least !== undefined) return `risk=${least}` as const;
    const rule = words.find((known) => known === word);
    if (rule === undefined) throw new InvalidArgumentError(`"${part}" is none of ${failRules.join(', ')}.`);
    return rule;
  });
}

/** What has to be looked for so that a rule can be judged; undefined: whatever is. */
export function kindOfRule(rule: FailRule): ScanKind | undefined {
  if (rule === 'unknown') return undefined;
  if (rule === 'malware') return 'malware';
  return rule === 'secret' || isRisk(rule) ? 'risk' : 'vulnerability';
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
    if (rule === 'unknown') return unknownKinds(report);
    const names = namesOf(report, rule);
    if (names.length === 0) return [];
    const named = names.slice(0, rule === 'malware' ? NAMES_OF_MALWARE_SHOWN : NAMES_SHOWN);
    return [`${rule}: ${names.length} (${named.join(', ')}${names.length > named.length ? ', …' : ''})`];
  });
}

/** What breaks a rule, each by a name for people. */
function namesOf(
  { vulnerabilities, malware, risk }: ScanReport,
  rule: Exclude<FailRule, 'unknown'>,
): readonly string[] {
  if (rule === 'malware') return (malware?.files ?? []).map(({ name, path }) => `${name} in ${path}`);
  const risks = risk?.risks ?? [];
  if (rule === 'secret') return risks.filter(isSecret).map((each) => each.rule);
  if (isRisk(rule)) {
    const least = severities.findIndex((severity) => rule === `risk=${severity}`);
    return risks.filter(({ severity }) => severities.indexOf(severity) >= least).map((each) => each.rule);
  }
  return vulnerabilities.filter(isEpss(rule) ? atLeast(rule) : rules[rule]).map(({ id }) => id);
}

/** One line per kind that is not fully known, with what could not be. */
function unknownKinds(report: ScanReport): readonly string[] {
  return report.kinds.flatMap((kind) => {
    const coverage = kindCoverage(report, kind);
    if (coverage === 'known') return [];
    const subjects = kindGaps(report).flatMap((gap) => (gap.kind === kind ? [gap.subject] : []));
    const what = kind === 'vulnerability' ? 'unknown' : `unknown ${kind}`;
    return [
      `${what}: ${subjects.slice(0, NAMES_SHOWN).join(', ') || coverage}${subjects.length > NAMES_SHOWN ? ', …' : ''}`,
    ];
  });
}

const isEpss = (rule: FailRule): rule is `epss=${number}` => rule.startsWith('epss=');
const isRisk = (rule: FailRule): rule is `risk=${Severity}` => rule.startsWith('risk=');

function atLeast(rule: `epss=${number}`): (found: Vulnerability) => boolean {
  const least = Number(rule.slice('epss='.length));
  return ({ epss }) => epss !== undefined && epss.probability >= least;
}
