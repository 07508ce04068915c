import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { exportMessage } from '../export-message.ts';
import { exportStatusNames } from '../export-statuses.ts';
import { findExport, isAvailable } from '../find-export.ts';
import { text } from '../protocol/fields.ts';

/** How far an export is. DownloadURL is '' before there is a file, and after it has expired: FailureMsg says so. */
export const describeExportJobResult = defineAction({
  name: 'DescribeExportJobResult',
  description: 'State of an export',
  writes: false,
  input: z.strictObject({ JobId: text().describe('JobId of the answer that started the export') }),
  handle: async ({ JobId }, { store, language, exportLinks, baseUrl, now }) => {
    const entry = await findExport(store.exports, JobId);
    return {
      ExportStatus: exportStatusNames[entry.status],
      DownloadURL: isAvailable(entry, now()) ? exportLinks.url(baseUrl, entry) : '',
      ExportProgress: entry.progress,
      FailureMsg: exportMessage(entry, language, now()),
    };
  },
});
