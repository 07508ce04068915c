/** How bad a vulnerability is; `unknown` when neither the distribution nor a CVSS vector says so. */
export type Severity = 'unknown' | 'low' | 'medium' | 'high' | 'critical';

/** Severities from least to worst; the index is a rank for comparisons. */
export const severities = ['unknown', 'low', 'medium', 'high', 'critical'] as const satisfies readonly Severity[];

/** The worse of two severities. */
export function worseSeverity(a: Severity, b: Severity): Severity {
  return severities.indexOf(a) >= severities.indexOf(b) ? a : b;
}
