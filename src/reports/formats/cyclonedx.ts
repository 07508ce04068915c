import type { ReportFormat } from '../report-format.ts';
import { safeJson } from '../safe-json.ts';

/** https://cyclonedx.org/docs/1.6/json/ with the vulnerabilities, those left out with their analysis. */
export const cyclonedx: ReportFormat = {
  name: 'cyclonedx',
  description: 'bill of materials with vulnerabilities: CycloneDX 1.6, JSON',
  render: async (report, options) => {
    const { toCycloneDx } = await import('../cyclonedx/to-bom.ts'); // its library takes 0.2 s to load
    return `${safeJson(toCycloneDx(report, options), 2)}\n`;
  },
};
