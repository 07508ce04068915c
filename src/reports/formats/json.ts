import type { ReportFormat } from '../report-format.ts';
import { safeJson } from '../safe-json.ts';
import { toReportDocument } from '../to-report-document.ts';

/** Everything that is known, for programs: docs/reference/scan-report.md. */
export const json: ReportFormat = {
  name: 'json',
  description: 'everything, after a published schema',
  render: async (report, options) => `${safeJson(toReportDocument(report, options), 2)}\n`,
};
