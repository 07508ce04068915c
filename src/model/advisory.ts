import type { Severity } from './severity.ts';
import type { Epss, FixStatus } from './vulnerability.ts';

/** A half-open range of versions, as OSV events spell it, in order. */
export interface VersionRange {
  readonly type: 'SEMVER' | 'ECOSYSTEM';
  readonly events: readonly VersionEvent[];
}
export type VersionEvent =
  | { readonly introduced: string }
  | { readonly fixed: string }
  | { readonly lastAffected: string };

/** One advisory as it concerns one package: https://ossf.github.io/osv-schema/ reduced to what matching needs. */
export interface Advisory {
  /** The feed's own id: `DEBIAN-CVE-2024-0001`, `GHSA-…`, `ALPINE-CVE-…`. */
  readonly id: string;
  /** CVE id when aliases, upstream or the id itself name exactly one vulnerability; otherwise the feed's id. */
  readonly vulnerabilityId: string;
  readonly aliases: readonly string[];
  readonly title: string;
  readonly description: string;
  readonly references: readonly string[];
  readonly published?: string;
  readonly modified?: string;
  readonly severity: Severity;
  /** `severity` and `cvss` are those of an update as a whole: what is known of one of its vulnerabilities outweighs them. */
  readonly ratedAsWhole?: boolean;
  /** Base score and vector when the record has a CVSS vector. */
  readonly cvss?: { readonly score: number; readonly vector: string };
  /** In CISA's catalogue of known exploited vulnerabilities. */
  readonly exploited: boolean;
  readonly ranges: readonly VersionRange[];
  /** Explicitly listed affected versions. */
  readonly versions: readonly string[];
  /** Every vulnerability it is about, at least one; each is counted by itself. Absent: `vulnerabilityId` alone. */
  readonly vulnerabilityIds?: readonly string[];
  /** rpm: the stream of modules whose packages it is about, `nodejs:12`. */
  readonly module?: string;
  /** What the maintainers say where there is no fix. */
  readonly status?: FixStatus;
  readonly exploitPublic?: boolean;
  readonly epss?: Epss;
}

/** What is known of a vulnerability by itself, beside what advisories say. */
export interface VulnerabilityFacts {
  /** The worst CVSS vector that any database gives it alone, and what that makes of it. */
  readonly severity?: Severity;
  readonly cvss?: { readonly score: number; readonly vector: string };
  readonly exploited: boolean;
  readonly exploitPublic: boolean;
  readonly epss?: Epss;
}

/** The compiled advisories, open for look-ups; close() when done. */
export interface AdvisoryDatabase {
  /**
   * Advisories for a package of a namespace such as `Debian:12`, `npm`; names already normalised. What they say is read when
   * it is asked for: not after close().
   */
  find(namespace: string, packageName: string): readonly Advisory[];
  /** What all feeds together say of a vulnerability, whichever advisory names it; undefined when that is nothing. */
  vulnerability?(id: string): VulnerabilityFacts | undefined;
  /** Whether the compiled data holds anything at all for this namespace; false makes it an unknown, not a zero. */
  covers(namespace: string): boolean;
  readonly snapshot: AdvisorySnapshot;
  close(): void;
}

/** Which data a match was made with. */
export interface AdvisorySnapshot {
  /** Changes exactly when the content does. */
  readonly id: string;
  readonly compiledAt: string;
  /** When the feeds were last asked successfully (also when they had not changed). */
  readonly checkedAt: string;
  readonly advisories: number;
  readonly namespaces: readonly { readonly name: string; readonly advisories: number }[];
  readonly exploited: number;
}
