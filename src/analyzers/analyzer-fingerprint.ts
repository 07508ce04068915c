import type { Analyzer } from './analyzer.ts';

/** Raised when the walk itself (src/layers/, analyze-layer.ts) puts something else into a report. */
const WALK_VERSION = 3;

/** Names and versions, in an order of their own: the part of a layer report's key that says how it was made. */
export function analyzerFingerprint(analyzers: readonly Analyzer[]): string {
  const parts = analyzers.map(({ name, version }) => `${name}@${version}`).sort();
  return [`walk@${WALK_VERSION}`, ...parts].join(' ');
}
