import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../model/app-error.ts';
import type { Cause } from '../model/cause.ts';
import type { Feed } from './advisory-source.ts';
import { type Download, downloadFeed } from './download-feed.ts';
import { type FeedList, feedPath, type KeptFeed } from './feed-list.ts';
import { redactUrl } from './feed-url.ts';
import { sources } from './sources/index.ts';
import type { UpdateAdvisoriesOptions, UpdateProblem } from './update-options.ts';
import { syncFolder } from './write-atomically.ts';

/** What nearly every fleet needs. Feeds of other distributions are large, and asked for when an image needs them. */
export const defaultEcosystems: readonly string[] = [
  'Debian',
  'Alpine',
  'npm',
  'PyPI',
  'Maven',
  'Go',
  'crates.io',
  'RubyGems',
  'Packagist',
  'NuGet',
];

const ECOSYSTEM = /^[A-Za-z0-9][A-Za-z0-9 .+_-]{0,60}$/; // becomes part of an address

/** The feeds that options ask for. */
export function listFeeds({
  ecosystems,
  osvUrl,
  kevUrl,
  epssUrl,
}: Pick<UpdateAdvisoriesOptions, 'osvUrl' | 'kevUrl' | 'epssUrl'> & {
  readonly ecosystems: readonly string[];
}): readonly Feed[] {
  const odd = ecosystems.find((name) => !ECOSYSTEM.test(name));
  if (odd !== undefined)
    throw new AppError('ecosystem-not-covered', `${JSON.stringify(odd)} is not the name of an OSV ecosystem`);
  const settings = {
    osvUrl,
    ecosystems: [...new Set(ecosystems)],
    ...(kevUrl ? { kevUrl } : {}),
    ...(epssUrl ? { epssUrl } : {}),
  };
  return sources.flatMap((source) => source.feeds(settings));
}

/** Name of the file that a download is under way into. */
export const DOWNLOAD = 'download.part';

/** The feeds as they are now: new, kept, or kept because they could not be asked. */
export async function askFeeds(
  feeds: readonly Feed[],
  before: FeedList,
  folder: string,
  options: UpdateAdvisoriesOptions,
  problems: UpdateProblem[],
  signal: AbortSignal,
): Promise<FeedList> {
  const kept: Record<string, KeptFeed> = {};
  const missing: Record<string, string> = {};
  for (const feed of feeds) {
    const old = await findKept(before.feeds[feed.name], folder);
    const keepOld = (cause: Cause, message: string) => {
      missing[feed.name] = message;
      if (old) kept[feed.name] = old;
      problems.push({ feed: feed.name, cause, message });
    };
    try {
      const now = await ask(feed, old, folder, options, signal);
      if (now) kept[feed.name] = now;
      else if (old) keepOld('advisories-missing', `${redactUrl(feed.url)} is not there any more`);
      else missing[feed.name] = `${redactUrl(feed.url)} is not there`;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AppError)) throw error;
      keepOld(error.code, error.message);
    }
  }
  return { feeds: kept, missing };
}

/** What was downloaded before, when it is there in its full length. */
async function findKept(listed: KeptFeed | undefined, folder: string): Promise<KeptFeed | undefined> {
  if (!listed) return undefined;
  const found = await stat(feedPath(folder, listed)).catch(() => undefined);
  return found?.size === listed.bytes ? listed : undefined;
}

async function ask(
  feed: Feed,
  old: KeptFeed | undefined,
  folder: string,
  { fetch = globalThis.fetch, retryDelayMs = 1000, now, onProgress }: UpdateAdvisoriesOptions,
  signal: AbortSignal,
): Promise<KeptFeed | undefined> {
  const part = join(folder, DOWNLOAD);
  const onBytes = (bytes: number, total: number | undefined) =>
    onProgress?.({ step: 'download', feed: feed.name, bytes, ...(total === undefined ? {} : { total }) });
  const result = await downloadFeed(feed, old, part, { fetch, retryDelayMs, onBytes }, signal);
  if (result === 'absent') return undefined;
  const at = now().toISOString();
  if (result === 'unchanged') return old && { ...old, checkedAt: at };
  await rename(part, feedPath(folder, result));
  await syncFolder(folder);
  return keep(feed, result, old, at);
}

function keep(feed: Feed, download: Download, old: KeptFeed | undefined, at: string): KeptFeed {
  const same = old?.sha256 === download.sha256;
  const { downloadedAt = at, records, bad }: Partial<KeptFeed> = same ? old : {};
  const counts = { ...(records === undefined ? {} : { records }), ...(bad === undefined ? {} : { bad }) };
  return { ...download, ...counts, url: redactUrl(feed.url), downloadedAt, checkedAt: at };
}
