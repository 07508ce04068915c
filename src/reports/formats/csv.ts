import { purlOf } from '../../ecosystems/purl.ts';
import type { OperatingSystem } from '../../model/inventory.ts';
import { csvLine } from '../csv-line.ts';
import { printable } from '../printable.ts';
import type { ReportFormat } from '../report-format.ts';
import { countedLines, type ReportLine, suppressedLines } from '../report-lines.ts';

type Column = readonly [title: string, text: (line: ReportLine, os: OperatingSystem | undefined) => string | undefined];

const columns: readonly Column[] = [
  ['vulnerability', ({ vulnerability }) => vulnerability.id],
  ['severity', ({ vulnerability }) => vulnerability.severity],
  ['cvss', ({ vulnerability }) => vulnerability.cvss?.score.toString()],
  ['exploited', ({ vulnerability }) => String(vulnerability.exploited)],
  ['epss', ({ vulnerability }) => vulnerability.epss?.probability.toString()],
  ['ecosystem', ({ affected }) => affected.package.ecosystem],
  ['package', ({ affected }) => affected.package.name],
  ['installed', ({ affected }) => affected.package.version],
  ['fixed_in', ({ affected }) => affected.fixedVersion],
  ['fix_status', ({ affected }) => affected.status],
  ['path', ({ affected }) => affected.package.path],
  ['layer', ({ affected }) => affected.package.layer],
  ['purl', ({ affected }, os) => purlOf(affected.package, os)],
  ['advisory', ({ affected }) => affected.advisoryId],
  ['title', ({ vulnerability }) => vulnerability.title],
  ['suppressed', ({ suppressed }) => suppressed?.reason],
  ['suppressed_by', ({ suppressed }) => suppressed?.detail],
];

/** A line per affected package, after RFC 4180; what is not known is an empty cell. */
export const csv: ReportFormat = {
  name: 'csv',
  description: 'one affected package per line',
  render: async (report, { showSuppressed }) => {
    const lines = [...countedLines(report), ...(showSuppressed ? suppressedLines(report) : [])];
    const records = lines.map((line) => columns.map(([, text]) => printable(text(line, report.inventory.os) ?? '')));
    return [columns.map(([title]) => title), ...records].map(csvLine).join('');
  },
};
