import type { AdvisorySnapshot } from '../model/advisory.ts';
import type { Cause } from '../model/cause.ts';
import type { ProxySettings } from '../model/proxy-settings.ts';
import type { Fetch } from './download-feed.ts';

export interface UpdateAdvisoriesOptions {
  /** Feeds and compiled advisories are kept in its folder `advisories`. */
  readonly dataDir: string;
  /** Base of OSV.dev's bucket layout: `http(s)://…`, `file://…` or the path of a folder. */
  readonly osvUrl: string;
  /** CISA's catalogue; absent = nothing is marked as exploited. */
  readonly kevUrl?: string;
  /** FIRST's scores (epss_scores-current.csv.gz); absent = nothing has one. */
  readonly epssUrl?: string;
  /** Base names as OSV.dev has them, beside those that are there already; `defaultEcosystems` when absent. */
  readonly ecosystems?: readonly string[];
  /** How many compilations stay to be compared with and asked "as of", the one in use among them; 3 when absent. */
  readonly keep?: number;
  readonly now: () => Date;
  /** Absent: feeds are asked directly. */
  readonly proxy?: ProxySettings;
  readonly fetch?: Fetch;
  /** Milliseconds before the first retry, doubled with each; a second when absent. */
  readonly retryDelayMs?: number;
  readonly onProgress?: (progress: UpdateProgress) => void;
}

export type UpdateProgress =
  | { readonly step: 'waiting' }
  | { readonly step: 'download'; readonly feed: string; readonly bytes: number; readonly total?: number }
  | { readonly step: 'compile'; readonly feed: string; readonly records: number };

export interface UpdateResult {
  /** Whether other advisories than before are in use now. */
  readonly changed: boolean;
  readonly snapshot: AdvisorySnapshot;
  readonly problems: readonly UpdateProblem[];
}

/** Something that the advisories lack; the update went on without it. */
export interface UpdateProblem {
  readonly feed: string;
  /** The bad record; absent when it is about the feed as a whole, whose previous data stays in use. */
  readonly record?: string;
  readonly cause: Cause;
  readonly message: string;
}
