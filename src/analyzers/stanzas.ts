/** One paragraph of `Key: value` lines, as package databases and Python metadata write them. */
export interface Stanza {
  /** Line it starts on, from 1. */
  readonly line: number;
  /** The wanted fields, first line only; the first of a repeated field. */
  readonly fields: ReadonlyMap<string, string>;
  /** The first line that is neither a field nor the continuation of one. */
  readonly malformed?: string;
}

/**
 * Paragraphs separated by empty lines: https://www.debian.org/doc/debian-policy/ch-controlfields.html. Lines that start
 * with a blank continue the field before them. `nameOf` makes a field's name what it is called in `wanted`.
 */
export function* parseStanzas(
  text: string,
  wanted: ReadonlySet<string>,
  nameOf: (written: string) => string = (written) => written.toLowerCase(),
): Generator<Stanza, void> {
  let fields = new Map<string, string>();
  let malformed: string | undefined;
  let start = 0;
  let number = 0;
  for (const line of linesOf(text)) {
    number++;
    if (line.trim() === '') {
      if (start > 0) yield { line: start, fields, ...(malformed === undefined ? {} : { malformed }) };
      [fields, malformed, start] = [new Map(), undefined, 0];
      continue;
    }
    const isFirst = start === 0;
    if (isFirst) start = number;
    if (!isFirst && (line.startsWith(' ') || line.startsWith('\t'))) continue;
    const colon = line.indexOf(':');
    if (colon <= 0) malformed ??= line.slice(0, 60);
    else {
      const key = nameOf(line.slice(0, colon));
      if (wanted.has(key) && !fields.has(key)) fields.set(key, line.slice(colon + 1).trim());
    }
  }
  if (start > 0) yield { line: start, fields, ...(malformed === undefined ? {} : { malformed }) };
}

/** Lines without their ends, one at a time: no array of a million lines for a hostile file. */
export function* linesOf(text: string): Generator<string, void> {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    if (end === -1) {
      yield text.slice(at);
      return;
    }
    yield text.slice(at, text[end - 1] === '\r' && end > at ? end - 1 : end);
    at = end + 1;
  }
}
