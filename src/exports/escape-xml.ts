// XML 1.0 has no way to write these, not even as references.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;
// Spreadsheets read `_x0041_` as an escaped character (ECMA-376 part 1, 22.9.2.19): `_x005F_` is the underscore itself.
const LOOKS_ESCAPED = /_(?=x[0-9A-Fa-f]{4}_)/g;
const MARKUP = /[&<>"\r]/g;
// Most cells are plain: letters, digits, signs of ASCII but those above.
const PLAIN = /^[\t\n !#-%'-;=?-^`-~]*$/;
const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // A bare carriage return is read as a line feed.
  '\r': '_x000D_',
};

/** Any text as text of a cell. What XML cannot hold becomes U+FFFD, the sign for an unreadable character. */
export function escapeXml(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .toWellFormed()
    .replace(FORBIDDEN, '\uFFFD')
    .replace(LOOKS_ESCAPED, '_x005F_')
    .replace(MARKUP, (character) => references[character] ?? character);
}
