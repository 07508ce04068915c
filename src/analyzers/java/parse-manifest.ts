import { linesOf } from '../stanzas.ts';

/**
 * The main attributes of a manifest, names in lower case, lines of more than 72 bytes put together again:
 * https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html#jar-manifest
 */
export function parseManifest(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  let last = '';
  let parts: string[] = [];
  const settle = () => {
    if (last !== '' && !attributes.has(last)) attributes.set(last, parts.join('').trim());
  };
  for (const line of linesOf(text)) {
    if (line === '') break;
    if (line.startsWith(' ')) {
      parts.push(line.slice(1));
      continue;
    }
    settle();
    const colon = line.indexOf(':');
    last = colon > 0 ? line.slice(0, colon).toLowerCase() : '';
    parts = [line.slice(colon + 1)];
  }
  settle();
  return attributes;
}
