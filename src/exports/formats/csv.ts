import type { Cell, ExportFormat } from '../export-format.ts';

const BYTE_ORDER_MARK = '\uFEFF'; // without it Excel reads UTF-8 as the local code page
const NEEDS_QUOTES = /[",\r\n]/;
// What spreadsheets take for the beginning of a formula: https://owasp.org/www-community/attacks/CSV_Injection
const FORMULA = /^[=+\-@\t\r\n]/;

/** RFC 4180 in UTF-8. A text that a spreadsheet would run as a formula has an apostrophe before it. */
export const csv: ExportFormat = {
  name: 'csv',
  description:
    "Comma-separated values (RFC 4180), UTF-8 with a byte order mark, lines end in CR LF; a text that begins with = + - @, tab or line break is preceded by an apostrophe (') so that no spreadsheet runs it",
  contentType: 'text/csv; charset=utf-8',
  write: async function* (header, pages) {
    const encoder = new TextEncoder();
    yield encoder.encode(BYTE_ORDER_MARK + line(header));
    for await (const rows of pages) if (rows.length > 0) yield encoder.encode(rows.map(line).join(''));
  },
};

const line = (row: readonly Cell[]) => `${row.map(field).join(',')}\r\n`;

function field(cell: Cell): string {
  if (typeof cell !== 'string') return cell === undefined ? '' : String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
