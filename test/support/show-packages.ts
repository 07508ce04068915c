import type { Analyzer } from '../../src/analyzers/analyzer.ts';
import { analyzeText } from './analyze-text.ts';

/** `name version` of every package an analyzer finds in one file, and its problems. */
export function showPackages(
  analyzer: Analyzer,
  path: string,
  content: string,
): { readonly packages: readonly string[]; readonly problems: readonly string[] } {
  const { findings, problems } = analyzeText(analyzer, path, content);
  const packages = findings.map((finding) =>
    finding.kind === 'package' ? `${finding.package.name} ${finding.package.version}` : finding.kind,
  );
  return { packages, problems };
}
