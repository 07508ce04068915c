import type { ExportSelection } from '../store/export-query.ts';
import type { ActionContext } from './api-action.ts';
import { toExportColumns } from './export-columns.ts';
import { columnsOf, toFormat } from './export-input.ts';
import { errors } from './protocol/errors.ts';

/** Asks for an export. The link works as soon as the file is written; until then it answers that one should wait. */
export async function startExport(
  selection: ExportSelection,
  input: { readonly ExportField?: readonly string[] | undefined; readonly Format?: string | undefined },
  { store, language, key, exportLinks, baseUrl }: ActionContext,
): Promise<{ readonly DownloadUrl: string; readonly JobId: string }> {
  const entry = await store.exports.create({
    selection,
    columns: toExportColumns(input.ExportField, columnsOf(selection.kind)),
    format: toFormat(input.Format),
    language,
    createdBy: key.secretId,
  });
  if (!entry) throw errors.tooManyExports();
  return { DownloadUrl: exportLinks.url(baseUrl, entry), JobId: String(entry.id) };
}
