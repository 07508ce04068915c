import type { VersionRange } from '../model/advisory.ts';
import type { Severity } from '../model/severity.ts';
import type { Epss, FixStatus } from '../model/vulnerability.ts';

/** Where advisories come from: what to download, and how to read it. Pure; downloading and storing is done for it. */
export interface AdvisorySource {
  /** First part of its feeds' names. */
  readonly name: string;
  feeds(settings: FeedSettings): readonly Feed[];
  /**
   * Reads a downloaded file, some records at a time, of a megabyte or so. A record that cannot be read is yielded as `bad`;
   * throws an AppError when the file as a whole cannot.
   */
  read(path: string, feed: string): AsyncIterable<Iterable<SourceRecord>>;
}

export interface FeedSettings {
  /** Base of OSV.dev's bucket layout: `http(s)://…`, `file://…` or the path of a folder. */
  readonly osvUrl: string;
  /** The catalogue itself; absent = no use is made of it. */
  readonly kevUrl?: string;
  /** The scores of the day; absent = no use is made of them. */
  readonly epssUrl?: string;
  /** Base names, such as `Debian`, `npm`. */
  readonly ecosystems: readonly string[];
}

/** One file to download. */
export interface Feed {
  /** `osv/Debian`: names it in messages and in the data folder's list. */
  readonly name: string;
  readonly url: string;
  readonly maxBytes: number;
  /** Its absence is a fact to state; that of others is a failure. */
  readonly optional: boolean;
}

export type SourceRecord =
  | { readonly kind: 'advisory'; readonly advisory: SourceAdvisory }
  | { readonly kind: 'exploited'; readonly vulnerabilityId: string }
  | { readonly kind: 'epss'; readonly vulnerabilityId: string; readonly epss: Epss }
  /** Withdrawn, about nothing that has versions we could compare, or an update that mends no vulnerability. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'bad'; readonly id: string; readonly message: string };

/** An advisory with all the packages it concerns. */
export interface SourceAdvisory {
  readonly id: string;
  readonly vulnerabilityId: string;
  /** Every CVE it names; several for an update that mends many. */
  readonly vulnerabilityIds: readonly string[];
  readonly aliases: readonly string[];
  readonly title: string;
  readonly description: string;
  readonly references: readonly string[];
  readonly published?: string;
  readonly modified?: string;
  /** The record refers to a way to exploit it. */
  readonly exploitPublic: boolean;
  /** What the record as a whole says; a package may have its own. */
  readonly rating: Rating;
  readonly packages: readonly SourcePackage[];
}

export interface SourcePackage {
  /** `Debian:12`, `npm`. */
  readonly namespace: string;
  /** As the feed spells it. */
  readonly name: string;
  readonly ranges: readonly VersionRange[];
  readonly versions: readonly string[];
  readonly rating: Rating;
  /** rpm: the stream of modules that the package belongs to, `nodejs:12`; of several, with blanks between. */
  readonly module?: string;
  /** What the maintainers say where there is no fix. */
  readonly status?: FixStatus;
}

export interface Rating {
  readonly severity: Severity;
  readonly origin: RatingOrigin;
  readonly cvss?: { readonly score: number; readonly vector: string };
}

/** Who says how bad it is, from least to most to be believed. */
export const ratingOrigins = ['none', 'words', 'cvss', 'distribution'] as const;
export type RatingOrigin = (typeof ratingOrigins)[number];
