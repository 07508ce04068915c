import type { VersionRange } from '../model/advisory.ts';
import type { FixStatus } from '../model/vulnerability.ts';

/**
 * What one advisory says about one package, as `package.entries` holds it: short, because all of a package are read to match
 * it. JSON arrays, each of this form; trailing nulls are left out.
 */
export type PackageEntry = readonly [
  /** Row of the advisory. */
  advisory: number,
  /** Index in `severities`. */
  severity: number,
  /** Index in `ratingOrigins`. */
  origin: number,
  /** Its vulnerabilities, when these are not all that it names: the others have advisories of their own. */
  vulnerabilityIds: readonly string[] | null,
  ...said: SaidOfPackage,
];

/** The part that is written when the record is read. */
export type SaidOfPackage = readonly [
  ranges: readonly VersionRange[],
  versions: readonly string[],
  score?: number | null,
  vector?: string | null,
  module?: string | null,
  status?: FixStatus | null,
];
