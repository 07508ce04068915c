import { exportFormats } from '../exports/formats/index.ts';
import type { ExportKind } from '../model/export.ts';
import { ALL_ROWS } from '../store/export-query.ts';
import { exportTables } from './export-tables/index.ts';
import { errors } from './protocol/errors.ts';
import { list, text, unsigned } from './protocol/fields.ts';

export const columnsOf = (kind: ExportKind) => exportTables.find((table) => table.kind === kind)?.columns ?? [];

/** ExportField of one kind of export: `toExportColumns` reads it. */
export const ExportField = (kind: ExportKind) => {
  const names = columnsOf(kind).map(({ name, aliases }) => [name, ...aliases].join(' or '));
  return list(text()).describe(
    `Columns in the order wanted; none given means all. In any case, and headed in the file as spelt here: ${names.join(', ')}`,
  );
};

const formatNames: readonly string[] = exportFormats.map(({ name }) => name);
const DEFAULT_FORMAT = 'csv';

/** An addition of ours to every export; `toFormat` reads it. */
export const Format = text().describe(
  `Not in the original: format of the file, ${formatNames.join(' or ')}; ${DEFAULT_FORMAT} when absent`,
);

export function toFormat(format: string | undefined): string {
  if (!format) return DEFAULT_FORMAT;
  const known = formatNames.find((name) => name === format.toLowerCase());
  if (!known) {
    const names = formatNames.join(', ');
    throw errors.invalidValue('Format', format, `it must be one of ${names}`, `应为 ${names} 之一`);
  }
  return known;
}

/** Limit and Offset of an export. A file is not a page: without a Limit, or with 0, it holds every row. */
export const exportPage = {
  Limit: unsigned().describe('Most rows to write; absent or 0: all, whatever the lists allow on one page').optional(),
  Offset: unsigned().describe('Rows to leave out from the beginning; 0 when absent').optional(),
};

export const toExportPage = (input: { readonly Limit?: number | undefined; readonly Offset?: number | undefined }) => ({
  limit: input.Limit || ALL_ROWS,
  offset: input.Offset ?? 0,
});

const MOST_OF_JOB = 10_000;

/** The same for the exports that are documented with a limit of 10,000 rows, which is their default, too. */
export const exportJobPage = {
  Limit: unsigned().describe(`Most rows to write, at most ${MOST_OF_JOB}, which is the default`).optional(),
  Offset: unsigned().describe('Rows to leave out from the beginning; 0 when absent').optional(),
};

export function toExportJobPage(input: { readonly Limit?: number | undefined; readonly Offset?: number | undefined }) {
  const limit = input.Limit || MOST_OF_JOB;
  if (limit > MOST_OF_JOB) {
    const value = String(limit);
    throw errors.invalidValue('Limit', value, `it must be at most ${MOST_OF_JOB}`, `不得超过 ${MOST_OF_JOB}`);
  }
  return { limit, offset: input.Offset ?? 0 };
}
