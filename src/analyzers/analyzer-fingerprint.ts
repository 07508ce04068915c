import type { Analyzer } from './analyzer.ts';

/** Raised when the walk itself (src/layers/, analyze-layer.ts) puts something else into a report. */
const WALK_VERSION = 4;

/**
 * Names and versions, in an order of their own: the part of a layer report's key that says how it was made. `others` are
 * fingerprints of what else looks at content.
 */
export function analyzerFingerprint(analyzers: readonly Analyzer[], ...others: readonly string[]): string {
  const parts = analyzers.map(({ name, version }) => `${name}@${version}`).sort();
  return [`walk@${WALK_VERSION}`, ...parts, ...others].join(' ');
}
