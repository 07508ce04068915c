import type { Severity } from '../../model/severity.ts';
import type { Vulnerability } from '../../model/vulnerability.ts';
import { cut } from '../cut.ts';
import { fixAdvice } from '../fix-advice.ts';
import { printable } from '../printable.ts';
import type { ReportLine } from '../report-lines.ts';
import { vulnerabilityUrl } from '../vulnerability-url.ts';
import type { SarifFinding } from './sarif-findings.ts';
import { markdownText, plainText } from './sarif-text.ts';

// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
const MAX_DESCRIPTION = 1_024;
const MAX_SHORT = 200;
const MAX_PACKAGES = 50;

/** GitHub's bands of `security-severity`: lowest and highest score, and one to use where CVSS says another band. */
const bands: Readonly<Record<Exclude<Severity, 'unknown'>, readonly [low: number, high: number, typical: number]>> = {
  critical: [9.1, 10, 9.5],
  high: [7, 9, 8],
  medium: [4, 6.9, 5.5],
  low: [0.1, 3.9, 2],
};

/** SARIF has three levels; what nobody has rated is no note. */
export const sarifLevels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  unknown: 'warning',
};

/** The rule of one vulnerability; `lines` are its packages. */
export function toSarifRule(found: Vulnerability, lines: readonly ReportLine[]) {
  const score = securitySeverity(found);
  const url = vulnerabilityUrl(found.id);
  const title = found.title || found.description || found.id;
  const known = found.exploited ? ['exploited'] : [];
  return {
    id: printable(found.id),
    shortDescription: { text: plainText(cut(`${found.id}: ${title}`, MAX_SHORT)) },
    fullDescription: { text: plainText(cut(found.description || title, MAX_DESCRIPTION)) },
    ...(url ? { helpUri: url } : {}),
    help: { text: helpText(found, lines), markdown: helpMarkdown(found, lines, url) },
    defaultConfiguration: { level: sarifLevels[found.severity] },
    properties: {
      ...(score === undefined ? {} : { 'security-severity': score }),
      precision: 'high',
      tags: ['vulnerability', 'security', found.severity, ...known],
      ...(found.cvss ? { cvss: { score: found.cvss.score, vector: printable(found.cvss.vector) } } : {}),
      ...(found.epss ? { epss: found.epss } : {}),
      exploited: found.exploited,
    },
  };
}

const kindWords = { malware: 'Malware', secret: 'Secret', setting: 'Risky setting' } as const;

/** The rule of malware, secrets or a risky setting; `found` is the first of it. */
export function toFindingRule({ id, type, severity, about }: SarifFinding) {
  const score = securitySeverity({ severity });
  const title = `${kindWords[type]}: ${id}`;
  return {
    id: printable(id),
    shortDescription: { text: plainText(cut(title, MAX_SHORT)) },
    fullDescription: { text: plainText(cut(about || title, MAX_DESCRIPTION)) },
    help: {
      text: plainText(cut(`${title}\nSeverity: ${severity}\n${about}`, MAX_DESCRIPTION)),
      markdown: `**${markdownText(cut(title, MAX_SHORT))}**\n\nSeverity: ${severity}\n\n${markdownText(cut(about, MAX_DESCRIPTION))}`,
    },
    defaultConfiguration: { level: sarifLevels[severity] },
    properties: {
      ...(score === undefined ? {} : { 'security-severity': score }),
      precision: type === 'setting' ? 'very-high' : 'high',
      tags: [type, 'security', severity],
    },
  };
}

/** The score that shows our severity; undefined where nobody has rated it. */
function securitySeverity({ severity, cvss }: Pick<Vulnerability, 'severity' | 'cvss'>): string | undefined {
  if (severity === 'unknown') return undefined;
  const [low, high, typical] = bands[severity];
  return (cvss && cvss.score >= low && cvss.score <= high ? cvss.score : typical).toFixed(1);
}

function helpText(found: Vulnerability, lines: readonly ReportLine[]): string {
  const advice = shown(lines).map(({ affected }) => plainText(fixAdvice(affected)));
  return [plainText(found.id), `Severity: ${found.severity}`, ...factsOf(found), ...new Set(advice)].join('\n');
}

function helpMarkdown(found: Vulnerability, lines: readonly ReportLine[], url: string | undefined): string {
  const name = markdownText(found.id);
  const rows = shown(lines).map(({ affected }) => {
    const { package: pkg } = affected;
    return `| ${[pkg.name, pkg.version, affected.fixedVersion ?? fixAdvice(affected)].map(markdownText).join(' | ')} |`;
  });
  return [
    `**${url ? `[${name}](${url})` : name}**`,
    `Severity: ${found.severity}${factsOf(found)
      .map((fact) => `, ${fact}`)
      .join('')}`,
    ['| Package | Installed | Fixed in |', '| --- | --- | --- |', ...new Set(rows)].join('\n'),
    markdownText(cut(found.description || found.title, MAX_DESCRIPTION)),
  ].join('\n\n');
}

function factsOf({ cvss, exploited, epss }: Vulnerability): readonly string[] {
  return [
    ...(cvss ? [`CVSS ${cvss.score}`] : []),
    ...(exploited ? ['known to be exploited (CISA KEV)'] : []),
    ...(epss ? [`EPSS ${epss.probability}`] : []),
  ];
}

const shown = (lines: readonly ReportLine[]): readonly ReportLine[] => lines.slice(0, MAX_PACKAGES);
