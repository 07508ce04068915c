const NEEDS_QUOTES = /[",\r\n]/;
// A spreadsheet runs a cell that begins with one of these: https://owasp.org/www-community/attacks/CSV_Injection
const FORMULA = /^[=+\-@\t\r]./;

/** One record of RFC 4180 with its end. A text that a spreadsheet would run has an apostrophe before it. */
export function csvLine(texts: readonly string[]): string {
  return `${texts.map(csvCell).join(',')}\r\n`;
}

function csvCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
