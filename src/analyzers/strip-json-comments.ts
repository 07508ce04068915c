/** JSON without `//` and block comments and without the commas that end lists and objects; texts stay as they are. */
export function stripJsonComments(text: string): string {
  const kept: string[] = [];
  let comma = -1; // where the last comma was kept, while only blanks and comments follow
  for (let at = 0; at < text.length; ) {
    const end = endOfToken(text, at);
    const token = text.slice(at, end);
    at = end;
    if (token.startsWith('//') || token.startsWith('/*')) continue;
    if (comma >= 0 && (token === '}' || token === ']')) kept[comma] = '';
    if (token === ',') comma = kept.length;
    else if (token.trim() !== '') comma = -1;
    kept.push(token);
  }
  return kept.join('');
}

const SPECIAL = new Set(['"', '/', ',', ']', '}']);

/** A text, a comment, a mark, or all up to the next of these; what is not closed goes on to the end. */
function endOfToken(text: string, at: number): number {
  if (text[at] === '"') return endOfText(text, at);
  if (text.startsWith('//', at)) return endAfter(text, '\n', at);
  if (text.startsWith('/*', at)) return endAfter(text, '*/', at + 2);
  let end = at + 1;
  if (!SPECIAL.has(text[at] ?? '')) while (end < text.length && !SPECIAL.has(text[end] ?? '')) end++;
  return end;
}

function endOfText(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end++) {
    if (text[end] === '\\') end++;
    else if (text[end] === '"') return end + 1;
  }
  return text.length;
}

function endAfter(text: string, what: string, at: number): number {
  const found = text.indexOf(what, at);
  return found < 0 ? text.length : found + what.length;
}
