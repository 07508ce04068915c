import type { SuppressionReason } from '../model/vulnerability.ts';
import { countSeverities } from '../reports/count-severities.ts';
import { fixWords } from '../reports/fix-words.ts';
import { countedLines, type ReportLine, suppressedLines } from '../reports/report-lines.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import { countOf } from './output/count-of.ts';
import { paintSeverityCell, severityLine } from './output/severity-cells.ts';
import { type Column, printable, renderTable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { formatAge, formatBytes } from './output/units.ts';
import { wrap } from './output/wrap.ts';
import { type VulnerabilityLine, vulnerabilityColumns } from './vulnerability-columns.ts';

const INDENT = ' '.repeat(12);

export interface RenderScanOptions {
  /** Every column and every package, however wide. */
  readonly wide: boolean;
  readonly showSuppressed: boolean;
  readonly now: Date;
}

interface SuppressedLine extends VulnerabilityLine {
  readonly why: string;
}

const suppressedColumns: readonly Column<SuppressedLine>[] = [
  ...vulnerabilityColumns.filter(({ title }) => ['SEVERITY', 'VULNERABILITY', 'PACKAGE', 'INSTALLED'].includes(title)),
  { title: 'LEFT OUT BY', text: (line) => line.why, shrinkTo: 24 },
  ...vulnerabilityColumns.filter(({ title }) => title === 'PATH'),
];

/** A report for people: what was looked at, then what is wrong with it, worst first. */
export function renderScan(
  report: ScanReport,
  terminal: Pick<Terminal, 'width' | 'colors'>,
  options: RenderScanOptions,
): string {
  const width = options.wide ? undefined : terminal.width;
  const table = <Line>(columns: readonly Column<Line>[], lines: readonly Line[]) => {
    const shown = columns.filter((column) => options.wide || !column.wide);
    return lines.length > 0 ? renderTable(shown, lines, { width, colors: terminal.colors }) : '';
  };
  const counted = countedLines(report);
  const found = table(vulnerabilityColumns, options.wide ? counted.map(toLine) : together(counted));
  const leftOut = options.showSuppressed ? table(suppressedColumns, suppressedLines(report).map(toSuppressedLine)) : '';
  return [renderHeading(report, terminal, options), found, leftOut].filter((part) => part !== '').join('\n');
}

/** Packages of one source share their advisories: those of the same version and fix are one line. */
function together(lines: readonly ReportLine[]): readonly VulnerabilityLine[] {
  const groups = Map.groupBy(lines, ({ vulnerability, affected: { package: pkg, fixedVersion, status } }) =>
    JSON.stringify([vulnerability.id, pkg.ecosystem, pkg.source?.name ?? pkg.name, pkg.version, fixedVersion, status]),
  );
  return [...groups.values()].flatMap(([first, ...others]) =>
    first ? [{ ...toLine(first), more: others.length }] : [],
  );
}

function toLine({ vulnerability, affected: { package: pkg, fixedVersion, status } }: ReportLine): VulnerabilityLine {
  return {
    id: vulnerability.id,
    severity: vulnerability.severity,
    packageName: pkg.name,
    installed: pkg.version,
    fixed: fixedVersion ?? '',
    ...(status && status !== 'fixed' ? { fixWords: fixWords[status] } : {}),
    score: vulnerability.cvss ? String(vulnerability.cvss.score) : '',
    exploited: vulnerability.exploited,
    ...(vulnerability.epss ? { epss: vulnerability.epss.probability } : {}),
    title: vulnerability.title,
    path: pkg.path,
  };
}

function toSuppressedLine(line: ReportLine): SuppressedLine {
  const { reason, detail } = line.suppressed ?? { reason: 'ignored', detail: '' };
  return { ...toLine(line), why: detail === '' ? reason : `${reason}: ${detail}` };
}

function renderHeading(
  report: ScanReport,
  { width, colors }: Pick<Terminal, 'width' | 'colors'>,
  { now, showSuppressed }: RenderScanOptions,
): string {
  const size = report.layers.reduce((sum, layer) => sum + layer.size, 0);
  const { snapshot, vulnerabilities } = report;
  const fixable = vulnerabilities.filter((found) => found.affected.some((each) => each.fixedVersion !== undefined));
  const facts: readonly (readonly [string, string])[] = [
    ['Image', `${report.reference} (${report.platform})`],
    ['Digest', report.digest ?? '-'],
    ['System', report.inventory.os?.name ?? 'none found'],
    [
      'Content',
      `${countOf(report.inventory.packages.length, 'package')} in ${countOf(report.layers.length, 'layer')}, ${formatBytes(size)}`,
    ],
    [
      'Advisories',
      snapshot ? `${snapshot.advisories}, checked ${formatAge(new Date(snapshot.checkedAt), now)}` : 'none yet',
    ],
    ['Vulnerable', totals(report)],
    ...(vulnerabilities.length > 0 ? ([['Fixable', `${fixable.length} of ${vulnerabilities.length}`]] as const) : []),
    ...(report.suppressed.length > 0 ? ([['Left out', leftOut(report, showSuppressed)]] as const) : []),
  ];
  return facts
    .map(([name, value]) => {
      const line = `${name.padEnd(INDENT.length)}${printable(value)}`;
      if (name === 'Vulnerable') return `${paintSeverityCell(line, colors)}\n`;
      return `${name === 'Left out' && width !== undefined ? wrap(line, width, INDENT) : line}\n`;
    })
    .join('');
}

/** `1C 2H 0M 0L`; `-` where nothing is known. */
function totals(report: ScanReport): string {
  const counts = countSeverities(report);
  if (!counts) return '- (unknown, which is not zero)';
  // Unrated ones count as low, as in the API: a count must not lose any.
  return severityLine({ ...counts, low: counts.low + counts.unknown }, report.coverage !== 'known');
}

const reasonWords: Readonly<Record<SuppressionReason, string>> = {
  'owned-by-system-package': 'owned by system packages',
  vex: 'by VEX',
  ignored: 'ignored',
};

/** `3: 2 owned by system packages, 1 by VEX; --show-suppressed lists them`. */
function leftOut({ suppressed }: ScanReport, areShown: boolean): string {
  const counts = [...Map.groupBy(suppressed, ({ reason }) => reason)].map(
    ([reason, list]) => `${list.length} ${reasonWords[reason]}`,
  );
  const total = counts.length > 1 ? `${suppressed.length}: ` : '';
  return `${total}${counts.join(', ')}${areShown ? '' : '; --show-suppressed lists them'}`;
}
