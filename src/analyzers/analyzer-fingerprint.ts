import type { Analyzer } from './analyzer.ts';

/** Names and versions, in an order of their own: the part of a layer report's key that says how it was made. */
export function analyzerFingerprint(analyzers: readonly Analyzer[]): string {
  return analyzers
    .map(({ name, version }) => `${name}@${version}`)
    .sort()
    .join(' ');
}
