import { linesOf } from '../stanzas.ts';

const SEPARATOR = /[=:]/;

/** Keys and values of a simple properties file, as Maven's pom.properties is: one `key=value` a line, comments after `#`. */
export function parseProperties(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of linesOf(text)) {
    const separator = line.search(SEPARATOR);
    if (separator > 0 && !line.startsWith('#') && !line.startsWith('!')) {
      values.set(line.slice(0, separator).trim(), line.slice(separator + 1).trim());
    }
  }
  return values;
}
