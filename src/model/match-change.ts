import type { Severity } from './severity.ts';

/** What became of a vulnerability of an image. */
export const changeKinds = ['appeared', 'gone', 'changed'] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** Why it did. */
export const changeReasons = [
  'advisory-new',
  'advisory-changed',
  'advisory-withdrawn',
  'fix-changed',
  'severity-changed',
  'exploitation-changed',
  /** Advisories for the image's system came or went as a whole. */
  'coverage-changed',
  /** The image was scanned anew, with whatever had changed meanwhile. */
  'scanned-anew',
  /** Another version of Plimsoll matches otherwise. */
  'matching-changed',
  /** The advisories changed, and the former ones are not there to be compared with. */
  'advisories-changed',
] as const;
export type ChangeReason = (typeof changeReasons)[number];

/** A vulnerability of one image as one match had it. */
export interface FindingFacts {
  readonly severity: Severity;
  readonly exploited: boolean;
  readonly affected: readonly {
    readonly package: {
      readonly ecosystem: string;
      readonly name: string;
      readonly version: string;
      readonly source?: { readonly name: string; readonly version: string };
    };
    readonly advisoryId: string;
    readonly fixedVersion?: string;
  }[];
}

/** What differs for one vulnerability between two matches of one image. */
export interface FindingChange {
  readonly vulnerabilityId: string;
  /** Absent: it appeared. */
  readonly before?: FindingFacts;
  /** Absent: it is gone. */
  readonly after?: FindingFacts;
}
