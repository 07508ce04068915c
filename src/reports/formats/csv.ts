import { purlOf } from '../../ecosystems/purl.ts';
import type { OperatingSystem } from '../../model/inventory.ts';
import { csvLine } from '../csv-line.ts';
import { isSecret, type MalwareLine, malwareLines, type RiskLine, riskLines } from '../finding-lines.ts';
import { oneLine } from '../one-line.ts';
import { printable } from '../printable.ts';
import type { ReportFormat } from '../report-format.ts';
import { countedLines, type ReportLine, suppressedLines } from '../report-lines.ts';

type Text = string | undefined;

/** A column of vulnerabilities, and what it shows of malware and of risks: nothing where that is absent. */
type Column = readonly [
  title: string,
  ofVulnerability: (line: ReportLine, os: OperatingSystem | undefined) => Text,
  ofMalware?: (line: MalwareLine) => Text,
  ofRisk?: (line: RiskLine) => Text,
];

const nothing = (): Text => undefined;

const columns: readonly Column[] = [
  ['vulnerability', ({ vulnerability }) => vulnerability.id],
  ['severity', ({ vulnerability }) => vulnerability.severity, ({ file }) => file.severity, ({ risk }) => risk.severity],
  ['cvss', ({ vulnerability }) => vulnerability.cvss?.score.toString()],
  ['exploited', ({ vulnerability }) => String(vulnerability.exploited)],
  ['epss', ({ vulnerability }) => vulnerability.epss?.probability.toString()],
  ['ecosystem', ({ affected }) => affected.package.ecosystem],
  ['package', ({ affected }) => affected.package.name],
  ['installed', ({ affected }) => affected.package.version],
  ['fixed_in', ({ affected }) => affected.fixedVersion],
  ['fix_status', ({ affected }) => affected.status],
  ['path', ({ affected }) => affected.package.path, ({ file }) => file.path, ({ risk }) => risk.path],
  ['layer', ({ affected }) => affected.package.layer, ({ file }) => file.layer, ({ risk }) => risk.layer],
  ['purl', ({ affected }, os) => purlOf(affected.package, os)],
  ['advisory', ({ affected }) => affected.advisoryId],
  ['title', ({ vulnerability }) => vulnerability.title, ({ file }) => file.description, ({ risk }) => risk.description],
  [
    'suppressed',
    ({ suppressed }) => suppressed?.reason,
    ({ suppressedBy }) => (suppressedBy === undefined ? undefined : 'ignored'),
    ({ suppressedBy }) => (suppressedBy === undefined ? undefined : 'ignored'),
  ],
  [
    'suppressed_by',
    ({ suppressed }) => suppressed?.detail,
    ({ suppressedBy }) => suppressedBy,
    ({ suppressedBy }) => suppressedBy,
  ],
  // Columns that there were before secrets, settings and malware keep their places.
  ['kind', () => 'vulnerability', () => 'malware', ({ risk }) => (isSecret(risk) ? 'secret' : 'setting')],
  ['finding', ({ vulnerability }) => vulnerability.id, ({ file }) => file.name, ({ risk }) => risk.rule],
  ['line', nothing, nothing, ({ risk }) => risk.line?.toString()],
  ['excerpt', nothing, nothing, ({ risk }) => oneLine(risk.instruction)],
  ['fingerprint', nothing, nothing, ({ risk }) => risk.fingerprint],
  ['engine', nothing, ({ file }) => file.engine],
  ['sha256', nothing, ({ file }) => file.sha256],
  ['removed_by', nothing, ({ file }) => file.removedBy, ({ risk }) => risk.removedBy],
];

/** A line per affected package, malicious file, secret and setting, after RFC 4180; what is not known is an empty cell. */
export const csv: ReportFormat = {
  name: 'csv',
  description: 'one affected package, malicious file, secret or setting per line',
  render: async (report, { showSuppressed }) => {
    const { os } = report.inventory;
    const lines = [...countedLines(report), ...(showSuppressed ? suppressedLines(report) : [])];
    const records = [
      ...lines.map((line) => columns.map(([, ofVulnerability]) => ofVulnerability(line, os))),
      ...malwareLines(report, showSuppressed).map((line) => columns.map(([, , ofMalware]) => ofMalware?.(line))),
      ...riskLines(report, showSuppressed).map((line) => columns.map(([, , , ofRisk]) => ofRisk?.(line))),
    ];
    const texts = records.map((cells) => cells.map((text) => printable(text ?? '')));
    return [columns.map(([title]) => title), ...texts].map(csvLine).join('');
  },
};
