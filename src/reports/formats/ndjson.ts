import type { ReportFormat } from '../report-format.ts';
import { safeJson } from '../safe-json.ts';
import { toReportDocument } from '../to-report-document.ts';

/** A vulnerability per line, as the elements of `vulnerabilities` and `suppressed` in `json`. */
export const ndjson: ReportFormat = {
  name: 'ndjson',
  description: 'one vulnerability per line, as json',
  render: async (report, options) => {
    const { vulnerabilities, suppressed } = toReportDocument(report, options);
    const leftOut = options.showSuppressed
      ? suppressed.map(({ vulnerability, reason, detail }) => ({ ...vulnerability, suppressed: { reason, detail } }))
      : [];
    return [...vulnerabilities, ...leftOut].map((each) => `${safeJson(each)}\n`).join('');
  },
};
