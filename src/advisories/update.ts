import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildConnector, fetch } from 'undici';
import type { AdvisorySnapshot } from '../model/advisory.ts';
import { AppError } from '../model/app-error.ts';
import { chooseProxy } from '../proxy/choose-proxy.ts';
import { createDispatcher } from '../proxy/create-dispatcher.ts';
import { advisoriesFolder, advisoriesPath } from './advisories-path.ts';
import { askFeeds, DOWNLOAD, defaultEcosystems, listFeeds } from './ask-feeds.ts';
import { COMPILE_FOLDER, type CompileResult } from './compile.ts';
import { compileInWorker } from './compile-in-worker.ts';
import { FORMAT } from './compile-tables.ts';
import { type FeedList, feedPath, readFeedList, writeFeedList } from './feed-list.ts';
import { FeedRejected } from './feed-rejected.ts';
import { keepSnapshot, SNAPSHOTS_KEPT } from './kept-snapshots.ts';
import { lockFolder } from './lock-folder.ts';
import { checkedPath } from './open.ts';
import { readSnapshot } from './read-snapshot.ts';
import type { UpdateAdvisoriesOptions, UpdateProblem, UpdateResult } from './update-options.ts';
import { writeAtomically } from './write-atomically.ts';

/**
 * Asks every feed for news, and compiles anew when there are any. A feed that fails keeps what it had and is reported.
 * Safe to kill at any moment and to run twice at once (the second waits). Throws an AppError when there is nothing to
 * work with at all.
 */
export async function updateAdvisories(options: UpdateAdvisoriesOptions, signal: AbortSignal): Promise<UpdateResult> {
  const ecosystems = options.ecosystems ?? defaultEcosystems;
  listFeeds({ ...options, ecosystems }); // a name that cannot be asked for is refused before anything is touched
  const folder = advisoriesFolder(options.dataDir);
  await mkdir(folder, { recursive: true });
  using _lock = await lockFolder(folder, () => options.onProgress?.({ step: 'waiting' }), signal);
  const before = await readFeedList(folder);
  await clean(folder, before);
  const feeds = listFeeds({ ...options, ecosystems: [...ecosystems, ...keptEcosystems(before)] });
  const keep = options.keep ?? SNAPSHOTS_KEPT;
  await keepSnapshot(options.dataDir, keep); // before another takes its place: stored results were matched with it

  const problems: UpdateProblem[] = [];
  const asked = await withFetch(options, (ready) => askFeeds(feeds, before, folder, ready, problems, signal));
  const { list, changed, snapshot } = await compile(asked, before, options, problems, signal);
  await writeFeedList(folder, list);
  await writeAtomically(
    checkedPath(advisoriesPath(options.dataDir)),
    JSON.stringify({ id: snapshot.id, checkedAt: snapshot.checkedAt }),
  );
  await keepSnapshot(options.dataDir, keep);
  await clean(folder, list);
  return { changed, snapshot, problems };
}

/** What was imported or asked for once stays: an update must not take away what scans rely on. */
function keptEcosystems({ feeds }: FeedList): readonly string[] {
  return Object.keys(feeds).flatMap((name) => (name.startsWith('osv/') ? [name.slice('osv/'.length)] : []));
}

/** Our own client, unless one is given, gives up on a server that says nothing for a minute. */
async function withFetch<T>(
  options: UpdateAdvisoriesOptions,
  use: (options: UpdateAdvisoriesOptions) => Promise<T>,
): Promise<T> {
  if (options.fetch) return use(options);
  const timeouts = { connectTimeout: 30_000, headersTimeout: 60_000, bodyTimeout: 60_000 };
  const connect = buildConnector({ timeout: timeouts.connectTimeout });
  const { dispatcher, close } = createDispatcher({
    ...timeouts,
    proxyOf: chooseProxy(options.proxy),
    insecure: false,
    connect,
  });
  try {
    return await use({ ...options, fetch: (url, init) => fetch(url, { ...init, dispatcher }) });
  } finally {
    await close();
  }
}

interface Compiled {
  readonly list: FeedList;
  readonly changed: boolean;
  readonly snapshot: AdvisorySnapshot;
}

/** Compiles when the content differs from what is compiled. A feed that turns out unusable gives way to what it was before. */
async function compile(
  asked: FeedList,
  before: FeedList,
  options: UpdateAdvisoriesOptions,
  problems: UpdateProblem[],
  signal: AbortSignal,
): Promise<Compiled> {
  const folder = advisoriesFolder(options.dataDir);
  const target = advisoriesPath(options.dataDir);
  const present = readSnapshot(target);
  let list = asked;
  for (;;) {
    const names = Object.keys(list.feeds).sort();
    if (!names.some((name) => name.startsWith('osv/'))) {
      await writeFeedList(folder, list); // what was refused must not be found unchanged next time
      throw nothingAtAll(problems);
    }
    const id = snapshotId(list, names);
    const checkedAt = oldestCheck(list);
    if (present?.id === id) return { list, changed: false, snapshot: { ...present, checkedAt } };
    const feeds = names.flatMap((name) => {
      const feed = list.feeds[name];
      return feed ? [{ name, path: feedPath(folder, feed) }] : [];
    });
    const request = { feeds, target, id, compiledAt: options.now().toISOString(), checkedAt };
    const onProgress = (at: { feed: string; records: number }) => options.onProgress?.({ step: 'compile', ...at });
    try {
      const result = await compileInWorker(request, onProgress, signal);
      return { list: withCounts(list, result, problems), changed: true, snapshot: result.snapshot };
    } catch (error) {
      if (!(error instanceof FeedRejected)) throw error;
      problems.push({ feed: error.feed, cause: error.code, message: error.message });
      list = giveWay(list, before, error);
    }
  }
}

function giveWay(list: FeedList, before: FeedList, { feed, message }: FeedRejected): FeedList {
  const { [feed]: refused, ...others } = list.feeds;
  const old = before.feeds[feed];
  const usable = old && old.sha256 !== refused?.sha256;
  return { feeds: usable ? { ...others, [feed]: old } : others, missing: { ...list.missing, [feed]: message } };
}

function withCounts(list: FeedList, { feeds: reports }: CompileResult, problems: UpdateProblem[]): FeedList {
  const feeds = { ...list.feeds };
  for (const { feed: name, records, bad, problems: records_ } of reports) {
    const feed = feeds[name];
    if (feed) feeds[name] = { ...feed, records, bad };
    for (const { record, message } of records_) problems.push({ feed: name, record, cause: 'blob-corrupt', message });
    const left = bad - records_.length;
    if (left > 0)
      problems.push({ feed: name, cause: 'blob-corrupt', message: `${left} more of its records are unreadable` });
  }
  return { ...list, feeds };
}

/** Content and format, nothing else: the same feeds compile to the same id wherever and whenever. */
function snapshotId(list: FeedList, names: readonly string[]): string {
  const hash = createHash('sha256').update(`format ${FORMAT}\n`);
  for (const name of names) hash.update(`${name} ${list.feeds[name]?.sha256}\n`);
  return hash.digest('hex');
}

/** As old as the oldest of the feeds of advisories. */
function oldestCheck(list: FeedList): string {
  const times = Object.entries(list.feeds).flatMap(([name, feed]) => (name.startsWith('osv/') ? [feed.checkedAt] : []));
  return times.sort()[0] ?? '';
}

function nothingAtAll(problems: readonly UpdateProblem[]): AppError {
  const first = problems.find(({ feed }) => feed.startsWith('osv/')) ?? problems[0];
  const message = `no advisories could be had: ${first?.message ?? 'no ecosystem was asked for'}`;
  return new AppError(first?.cause ?? 'advisories-missing', message, {
    retryable: first?.cause === 'connection-failed' || first?.cause === 'proxy-unreachable',
  });
}

const FEED_FILE = /\.feed$/;

/** Removes what no list names: old downloads, and leavings of a killed update. Only with the lock in hand. */
async function clean(folder: string, list: FeedList): Promise<void> {
  const wanted = new Set(Object.values(list.feeds).map((feed) => feedPath(folder, feed)));
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const left = name === DOWNLOAD || name.startsWith(COMPILE_FOLDER) || (FEED_FILE.test(name) && !wanted.has(path));
    if (left) await rm(path, { recursive: true, force: true });
  }
}
