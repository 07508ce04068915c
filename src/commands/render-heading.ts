import type { SuppressionReason } from '../model/vulnerability.ts';
import { countSeverities } from '../reports/count-severities.ts';
import { cut } from '../reports/cut.ts';
import { isSecret } from '../reports/finding-lines.ts';
import { kindCoverage } from '../reports/kind-coverage.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import { countOf } from './output/count-of.ts';
import type { Fact } from './output/facts.ts';
import { paintSeverityCell, severityLine } from './output/severity-cells.ts';
import { printable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { formatAge, formatBytes } from './output/units.ts';
import { wrap } from './output/wrap.ts';

const INDENT = ' '.repeat(12);
/** Values that may be long and have blanks to break at. */
const WRAPPED: readonly string[] = ['Left out', 'Malware', 'Risks'];
const LONGEST_REASON = 160;

/** What was looked at, and how much of every kind was found. */
export function renderHeading(
  report: ScanReport,
  { width, colors }: Pick<Terminal, 'width' | 'colors'>,
  { now, showSuppressed }: { readonly now: Date; readonly showSuppressed: boolean },
): string {
  const facts: readonly Fact[] = [
    ['Image', `${report.reference} (${report.platform})`],
    ['Digest', report.digest ?? '-'],
    ...(looksForVulnerabilities(report) ? ([['System', report.inventory.os?.name ?? 'none found']] as const) : []),
    ['Content', contentOf(report)],
    ...(looksForVulnerabilities(report) ? vulnerabilityFacts(report, now) : []),
    ...(report.kinds.includes('malware') ? ([['Malware', malwareTotals(report)]] as const) : []),
    ...(report.kinds.includes('risk') ? ([['Risks', riskTotals(report)]] as const) : []),
    ...leftOutFacts(report, showSuppressed),
  ];
  return facts
    .map(([name, value]) => {
      const line = `${name.padEnd(INDENT.length)}${printable(value)}`;
      if (name === 'Vulnerable') return `${paintSeverityCell(line, colors)}\n`;
      return `${WRAPPED.includes(name) && width !== undefined ? wrap(line, width, INDENT) : line}\n`;
    })
    .join('');
}

const looksForVulnerabilities = ({ kinds }: ScanReport): boolean => kinds.includes('vulnerability');

function contentOf(report: ScanReport): string {
  const size = report.layers.reduce((sum, layer) => sum + layer.size, 0);
  const packages = looksForVulnerabilities(report) ? `${countOf(report.inventory.packages.length, 'package')} in ` : '';
  return `${packages}${countOf(report.layers.length, 'layer')}, ${formatBytes(size)}`;
}

function vulnerabilityFacts(report: ScanReport, now: Date): readonly Fact[] {
  const { snapshot, vulnerabilities } = report;
  const fixable = vulnerabilities.filter((found) => found.affected.some((each) => each.fixedVersion !== undefined));
  return [
    [
      'Advisories',
      snapshot ? `${snapshot.advisories}, checked ${formatAge(new Date(snapshot.checkedAt), now)}` : 'none yet',
    ],
    ['Vulnerable', totals(report)],
    ...(vulnerabilities.length > 0 ? ([['Fixable', `${fixable.length} of ${vulnerabilities.length}`]] as const) : []),
  ];
}

/** `1C 2H 0M 0L`; `-` where nothing is known. */
function totals(report: ScanReport): string {
  const counts = countSeverities(report);
  if (!counts) return '- (unknown, which is not zero)';
  // Unrated ones count as low, as in the API: a count must not lose any.
  return severityLine({ ...counts, low: counts.low + counts.unknown }, report.coverage !== 'known');
}

/** `2 files (clamav 1.4.6/27500, yara-x 1.20.0)`; `-` where nothing is known, `+` where it is only a lower bound. */
function malwareTotals(report: ScanReport): string {
  const { files = [], engines = [], failures = [] } = report.malware ?? {};
  const failed = failures.map(({ engine, message }) => `${engine}: ${message}`);
  const coverage = kindCoverage(report, 'malware');
  if (coverage === 'unknown') return unknownOf(failed);
  const used = engines.map(
    ({ name, version, signatures }) => `${name} ${version}${signatures ? `/${signatures}` : ''}`,
  );
  const missed = failed.length > 0 ? `; ${shortened(failed)}` : '';
  return `${files.length}${coverage === 'partial' ? '+' : ''} ${files.length === 1 ? 'file' : 'files'} (${used.join(', ')}${missed})`;
}

/** `3 secrets, 5 settings`. */
function riskTotals(report: ScanReport): string {
  const { risks = [], gaps = [] } = report.risk ?? {};
  const coverage = kindCoverage(report, 'risk');
  if (coverage === 'unknown') return unknownOf(gaps.map(({ subject }) => subject));
  const more = coverage === 'partial' ? '+' : '';
  const secrets = risks.filter(isSecret).length;
  const settings = risks.length - secrets;
  return [
    `${secrets}${more} ${secrets === 1 ? 'secret' : 'secrets'}`,
    `${settings}${more} ${settings === 1 ? 'setting' : 'settings'}`,
  ].join(', ');
}

const unknownOf = (why: readonly string[]): string =>
  why.length > 0 ? `- (unknown: ${shortened(why)})` : '- (unknown, which is not zero)';

/** The first of them; all stand below the report. */
function shortened([first = '', ...others]: readonly string[]): string {
  return `${cut(first, LONGEST_REASON)}${others.length > 0 ? ` and ${others.length} more` : ''}`;
}

const reasonWords: Readonly<Record<SuppressionReason, string>> = {
  'owned-by-system-package': 'owned by system packages',
  vex: 'by VEX',
  ignored: 'ignored',
};

function leftOutFacts(report: ScanReport, areShown: boolean): readonly Fact[] {
  const vulnerabilities = [...Map.groupBy(report.suppressed, ({ reason }) => reason)].map(
    ([reason, list]) => [list.length, `${list.length} ${reasonWords[reason]}`] as const,
  );
  const others = [
    [report.malware?.suppressed?.length ?? 0, 'of malware'],
    [report.risk?.suppressed?.length ?? 0, 'of risks'],
  ].flatMap(([count, what]) => (count ? [[Number(count), `${count} ${what}`] as const] : []));
  const counts = [...vulnerabilities, ...others];
  if (counts.length === 0) return [];
  const total = counts.length > 1 ? `${counts.reduce((sum, [count]) => sum + count, 0)}: ` : '';
  const texts = counts.map(([, text]) => text).join(', ');
  return [['Left out', `${total}${texts}${areShown ? '' : '; --show-suppressed lists them'}`]];
}
