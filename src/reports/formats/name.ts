import { malwareLines, riskLines } from '../finding-lines.ts';
import { printable } from '../printable.ts';
import type { ReportFormat } from '../report-format.ts';

/** Ids alone, each once: of vulnerabilities, of malware, of the rules that found secrets and settings; worst first each. */
export const name: ReportFormat = {
  name: 'name',
  description: 'ids of what was found, one per line',
  render: async (report, { showSuppressed }) => {
    const leftOut = showSuppressed ? report.suppressed.map(({ vulnerability }) => vulnerability) : [];
    const ids = [
      ...[...report.vulnerabilities, ...leftOut].map(({ id }) => id),
      ...malwareLines(report, showSuppressed).map(({ file }) => file.name),
      ...riskLines(report, showSuppressed).map(({ risk }) => risk.rule),
    ];
    return [...new Set(ids.map(printable))].map((id) => `${id}\n`).join('');
  },
};
