import type { Analyzer } from '../../src/analyzers/analyzer.ts';
import type { Finding } from '../../src/model/layer-report.ts';

/** Shows one file to one analyzer. */
export function analyzeText(
  analyzer: Analyzer,
  path: string,
  content: string | Uint8Array,
): { readonly findings: readonly Finding[]; readonly problems: readonly string[] } {
  const bytes = Buffer.from(content);
  const problems: string[] = [];
  const file = { path, size: bytes.byteLength, mode: 0o644, bytes, text: () => bytes.toString(), maxNesting: 5 };
  const findings = analyzer.analyze(file, (message) => problems.push(message));
  return { findings, problems };
}
