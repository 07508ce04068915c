import { isSecret } from '../finding-lines.ts';
import type { ReportFormat } from '../report-format.ts';
import { safeJson } from '../safe-json.ts';
import { toReportDocument } from '../to-report-document.ts';

/**
 * A finding per line: `type` (`vulnerability`, `malware`, `secret`, `setting`), then the fields of the elements of
 * `vulnerabilities`, `malware.files`, `risk.secrets` and `risk.settings` in `json`.
 */
export const ndjson: ReportFormat = {
  name: 'ndjson',
  description: 'one finding per line, as json, with its type',
  render: async (report, options) => {
    const { vulnerabilities, suppressed, malware, risk } = toReportDocument(report, options);
    const counted = [
      ...vulnerabilities.map((each) => ({ type: 'vulnerability', ...each })),
      ...(malware?.files ?? []).map((each) => ({ type: 'malware', ...each })),
      ...(risk?.secrets ?? []).map((each) => ({ type: 'secret', ...each })),
      ...(risk?.settings ?? []).map((each) => ({ type: 'setting', ...each })),
    ];
    const leftOut = [
      ...suppressed.map(({ vulnerability, reason, detail }) => ({
        type: 'vulnerability',
        ...vulnerability,
        suppressed: { reason, detail },
      })),
      ...(malware?.suppressed ?? []).map(({ file, detail }) => ({
        type: 'malware',
        ...file,
        suppressed: { reason: 'ignored', detail },
      })),
      ...(risk?.suppressed ?? []).map(({ risk: each, detail }) => ({
        type: isSecret(each) ? 'secret' : 'setting',
        ...each,
        suppressed: { reason: 'ignored', detail },
      })),
    ];
    const lines: readonly object[] = [...counted, ...(options.showSuppressed ? leftOut : [])];
    return lines.map((line) => `${safeJson(line)}\n`).join('');
  },
};
