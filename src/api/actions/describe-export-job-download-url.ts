import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { findExport, isAvailable } from '../find-export.ts';
import { errors } from '../protocol/errors.ts';
import { text } from '../protocol/fields.ts';

/** Link to the file of an export; '' while it is being written and when it has failed, see DescribeExportJobResult. */
export const describeExportJobDownloadURL = defineAction({
  name: 'DescribeExportJobDownloadURL',
  description: 'Download link of an export',
  writes: false,
  input: z.strictObject({ JobID: text().describe('JobId of the answer that started the export') }),
  handle: async ({ JobID }, { store, exportLinks, baseUrl, now }) => {
    const entry = await findExport(store.exports, JobID);
    if (isAvailable(entry, now())) return { DownloadURL: exportLinks.url(baseUrl, entry) };
    if (entry.status === 'succeeded') throw errors.exportExpired();
    return { DownloadURL: '' };
  },
});
