import { printable } from '../printable.ts';
import type { ReportFormat } from '../report-format.ts';

/** Ids alone, each once, worst first. */
export const name: ReportFormat = {
  name: 'name',
  description: 'ids of the vulnerabilities, one per line',
  render: async (report, { showSuppressed }) => {
    const leftOut = showSuppressed ? report.suppressed.map(({ vulnerability }) => vulnerability) : [];
    const ids = new Set([...report.vulnerabilities, ...leftOut].map(({ id }) => printable(id)));
    return [...ids].map((id) => `${id}\n`).join('');
  },
};
