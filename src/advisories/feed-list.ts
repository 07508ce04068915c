import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from './write-atomically.ts';

const SHA256 = /^[0-9a-f]{64}$/;

/** A feed as it was last downloaded. */
const KeptFeed = z.object({
  /** Without what may be secret in it. */
  url: z.string(),
  /** Names its file too, so that one rename of the list switches all feeds at once. */
  sha256: z.string().regex(SHA256),
  bytes: z.number(),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  downloadedAt: z.iso.datetime(),
  /** When it was last asked successfully, changed or not. */
  checkedAt: z.iso.datetime(),
  records: z.number().optional(),
  bad: z.number().optional(),
});
export type KeptFeed = Readonly<z.infer<typeof KeptFeed>>;

const FeedList = z.object({
  feeds: z.record(z.string(), KeptFeed),
  /** Feeds that the last update asked for and did not get, with the reason. */
  missing: z.record(z.string(), z.string()).default({}),
});
export interface FeedList {
  readonly feeds: Readonly<Record<string, KeptFeed>>;
  readonly missing: Readonly<Record<string, string>>;
}

const listPath = (folder: string) => join(folder, 'feeds.json');

/** Where a downloaded feed lies. */
export const feedPath = (folder: string, { sha256 }: { readonly sha256: string }) => join(folder, `${sha256}.feed`);

/** An unreadable list counts as none: everything is then downloaded again. */
export async function readFeedList(folder: string): Promise<FeedList> {
  try {
    return FeedList.parse(JSON.parse(await readFile(listPath(folder), 'utf8')));
  } catch {
    return { feeds: {}, missing: {} };
  }
}

export function writeFeedList(folder: string, list: FeedList): Promise<void> {
  return writeAtomically(listPath(folder), `${JSON.stringify(list, null, 2)}\n`);
}
