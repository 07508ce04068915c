import type { AdvisorySnapshot } from '../model/advisory.ts';
import { advisoriesFolder, advisoriesPath } from './advisories-path.ts';
import { readFeedList } from './feed-list.ts';
import { readSnapshot } from './read-snapshot.ts';

export interface AdvisoryStatus {
  /** Absent while none have been compiled. */
  readonly snapshot?: AdvisorySnapshot;
  /** Since the feeds were last asked successfully. */
  readonly ageMs?: number;
  readonly feeds: readonly FeedStatus[];
}

export interface FeedStatus {
  readonly name: string;
  /** Absent when nothing was ever downloaded. */
  readonly url?: string;
  readonly bytes?: number;
  readonly records?: number;
  /** Records that could not be read and are not in use. */
  readonly bad?: number;
  readonly downloadedAt?: string;
  readonly checkedAt?: string;
  /** Why the last update did not get it; whatever was there before is in use. */
  readonly missing?: string;
}

/** What advisories a data folder holds, and how old they are. */
export async function readAdvisoryStatus(dataDir: string, now: Date): Promise<AdvisoryStatus> {
  const { feeds, missing } = await readFeedList(advisoriesFolder(dataDir));
  const names = [...new Set([...Object.keys(feeds), ...Object.keys(missing)])].sort();
  const snapshot = readSnapshot(advisoriesPath(dataDir));
  return {
    ...(snapshot ? { snapshot, ageMs: now.getTime() - Date.parse(snapshot.checkedAt) } : {}),
    feeds: names.map((name) => {
      const { sha256: _, etag: _etag, lastModified: _lastModified, ...feed } = feeds[name] ?? {};
      const reason = missing[name];
      return { name, ...feed, ...(reason ? { missing: reason } : {}) };
    }),
  };
}
