const MAX_HEADER = 16_384;
const WARNING = /(?:^|,)\s{0,8}299 - "((?:[^"\\]|\\.)*)"/g;
const ESCAPE = /\\(.)/g;

/**
 * The texts of a `Warning` header that are meant for people, as the distribution spec defines them; they are shown and
 * never acted on. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#warnings
 */
export function parseWarnings(header: string): readonly string[] {
  return [...header.slice(0, MAX_HEADER).matchAll(WARNING)].map(([, text = '']) => text.replace(ESCAPE, '$1'));
}
