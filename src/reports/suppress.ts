import type {
  AffectedPackage,
  MatchResult,
  Suppressed,
  SuppressionReason,
  Vulnerability,
} from '../model/vulnerability.ts';

/**
 * Leaves out what `detailOf` has something to say about, package by package: a vulnerability counts on for its other
 * packages, and what is left out is kept with its reason.
 */
export function suppress<Result extends MatchResult>(
  result: Result,
  reason: SuppressionReason,
  detailOf: (vulnerability: Vulnerability, affected: AffectedPackage) => string | undefined,
): Result {
  const vulnerabilities: Vulnerability[] = [];
  const suppressed: Suppressed[] = [...result.suppressed];
  for (const vulnerability of result.vulnerabilities) {
    const byDetail = Map.groupBy(vulnerability.affected, (affected) => detailOf(vulnerability, affected));
    for (const [detail, affected] of byDetail) {
      if (detail === undefined) vulnerabilities.push({ ...vulnerability, affected });
      else suppressed.push({ vulnerability: { ...vulnerability, affected }, reason, detail });
    }
  }
  return { ...result, vulnerabilities, suppressed };
}
