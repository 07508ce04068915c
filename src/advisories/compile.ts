import { closeSync, fsyncSync, mkdtempSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Ecosystem } from '../ecosystems/ecosystem.ts';
import type { AdvisorySnapshot } from '../model/advisory.ts';
import { AppError } from '../model/app-error.ts';
import type { AdvisorySource, SourceRecord } from './advisory-source.ts';
import { createAdvisoryWriter } from './advisory-writer.ts';
import { FORMAT, lastPass, scratchTables, secondPass, tables } from './compile-tables.ts';
import { FeedRejected } from './feed-rejected.ts';
import { type NamespaceCounts, writePackages } from './write-packages.ts';

export interface CompileRequest {
  readonly feeds: readonly { readonly name: string; readonly path: string }[];
  /** Replaced in one step when all is done; untouched when anything fails. */
  readonly target: string;
  /** Snapshot id: changes exactly when the content of the feeds does. */
  readonly id: string;
  readonly compiledAt: string;
  readonly checkedAt: string;
}

export interface CompileDeps {
  readonly sources: readonly AdvisorySource[];
  /** They normalise the names of packages, as they do when these are looked up. */
  readonly ecosystems: readonly Ecosystem[];
  readonly onProgress: (progress: CompileProgress) => void;
}

export interface CompileProgress {
  readonly feed: string;
  /** Records read of this feed so far. */
  readonly records: number;
}

/** What became of the records of one feed. */
export interface FeedReport {
  readonly feed: string;
  readonly records: number;
  /** Withdrawn, or without versions to compare. */
  readonly ignored: number;
  readonly bad: number;
  /** The first of the bad ones. */
  readonly problems: readonly { readonly record: string; readonly message: string }[];
}

export interface CompileResult {
  readonly snapshot: AdvisorySnapshot;
  readonly feeds: readonly FeedReport[];
}

/**
 * Feeds → one read-only SQLite file. It is built in a folder beside the target and renamed over it at the end, so a
 * reader, or a kill at any moment, sees the old file or the new one. Heavy and partly synchronous: belongs in a worker.
 * Throws FeedRejected for a feed that cannot be used at all.
 */
export async function compileAdvisories(
  request: CompileRequest,
  deps: CompileDeps,
  signal: AbortSignal,
): Promise<CompileResult> {
  const folder = mkdtempSync(join(dirname(request.target), COMPILE_FOLDER));
  try {
    const file = join(folder, 'advisories.sqlite');
    const result = await build(file, join(folder, 'scratch.sqlite'), request, deps, signal);
    sync(file);
    renameSync(file, request.target);
    sync(dirname(request.target));
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Beginning of the names of folders that a killed compilation may leave behind. */
export const COMPILE_FOLDER = '.compile-';

// No journal and no syncing: what is half written is thrown away, and the finished file is synced before it counts. Larger
// caches, 4 MiB each, gain no time and take the memory several times over, for sorting as well.
const FAST = `
PRAGMA main.journal_mode = OFF; PRAGMA main.synchronous = OFF; PRAGMA main.cache_size = -4096;
PRAGMA scratch.journal_mode = OFF; PRAGMA scratch.synchronous = OFF; PRAGMA scratch.cache_size = -4096;`;

async function build(
  file: string,
  scratch: string,
  request: CompileRequest,
  deps: CompileDeps,
  signal: AbortSignal,
): Promise<CompileResult> {
  const database = new DatabaseSync(file);
  try {
    database.prepare('ATTACH DATABASE ? AS scratch').run(scratch);
    database.exec(`${FAST}${tables}${scratchTables} BEGIN`);
    const feeds: FeedReport[] = [];
    const writer = createAdvisoryWriter(database, deps.ecosystems);
    for (const [index, feed] of request.feeds.entries()) {
      const source = deps.sources.find(({ name }) => feed.name.startsWith(`${name}/`));
      if (!source) throw new FeedRejected(feed.name, `no source reads the feed ${feed.name}`);
      const records = source.read(feed.path, feed.name);
      feeds.push(await load(records, feed.name, (record) => writer.write(index, record), deps, signal));
    }
    for (const { sql } of secondPass) {
      signal.throwIfAborted();
      database.exec(sql);
    }
    const snapshot = takeSnapshot(database, writePackages(database, signal), request);
    database.prepare('INSERT INTO meta VALUES (?, ?)').run(FORMAT, JSON.stringify(snapshot));
    database.exec(`${lastPass} COMMIT`);
    return { snapshot, feeds };
  } finally {
    database.close();
  }
}

const MAX_PROBLEMS = 20;

async function load(
  batches: AsyncIterable<Iterable<SourceRecord>>,
  feed: string,
  write: (record: SourceRecord) => void,
  { onProgress }: CompileDeps,
  signal: AbortSignal,
): Promise<FeedReport> {
  let count = 0;
  let ignored = 0;
  let bad = 0;
  const problems: FeedReport['problems'][number][] = [];
  const reject = (id: string, message: string) => {
    bad++;
    if (problems.length < MAX_PROBLEMS) problems.push({ record: id, message });
  };
  try {
    for await (const batch of batches) {
      if (signal.aborted) throw signal.reason;
      for (const record of batch) {
        count++;
        if (record.kind === 'ignored') ignored++;
        else if (record.kind === 'bad') reject(record.id, record.message);
        else write(record);
      }
      onProgress({ feed, records: count });
    }
  } catch (error) {
    if (error instanceof AppError && !signal.aborted) throw new FeedRejected(feed, error.message, error);
    throw error;
  }
  if (count === 0) throw new FeedRejected(feed, 'it holds no records');
  if (bad * 2 > count) {
    throw new FeedRejected(
      feed,
      `${bad} of its ${count} records are unreadable, such as ${problems[0]?.record}: ${problems[0]?.message}`,
    );
  }
  return { feed, records: count, ignored, bad, problems };
}

function takeSnapshot(
  database: DatabaseSync,
  namespaces: NamespaceCounts,
  { id, compiledAt, checkedAt }: CompileRequest,
): AdvisorySnapshot {
  const count = (sql: string) => Number(database.prepare(sql).get()?.n ?? 0);
  return {
    id,
    compiledAt,
    checkedAt,
    advisories: count('SELECT COUNT(*) AS n FROM advisory'),
    namespaces,
    exploited: count('SELECT COUNT(*) AS n FROM scratch.exploited'),
  };
}

function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
