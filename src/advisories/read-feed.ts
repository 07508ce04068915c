import type { Ecosystem } from '../ecosystems/ecosystem.ts';
import type { AdvisorySource } from './advisory-source.ts';
import { FeedRejected } from './feed-rejected.ts';
import { createPreparation, type PreparedRecord } from './prepare-record.ts';

/** A downloaded file. */
export interface NamedFeed {
  /** `osv/Debian`. */
  readonly name: string;
  readonly path: string;
}

/**
 * The records of a feed in its order, some at a time, read when they are walked through. Throws an AppError when the file as
 * a whole cannot be read, FeedRejected when nobody reads such feeds.
 */
export type ReadFeed = (feed: NamedFeed) => AsyncIterable<Iterable<PreparedRecord>>;

/** Reads in this thread. */
export function createReadFeed(sources: readonly AdvisorySource[], ecosystems: readonly Ecosystem[]): ReadFeed {
  const prepare = createPreparation(ecosystems);
  return async function* read({ name, path }) {
    const source = sources.find((each) => name.startsWith(`${each.name}/`));
    if (!source) throw new FeedRejected(name, `no source reads the feed ${name}`);
    for await (const batch of source.read(path, name)) yield mapLater(batch, prepare);
  };
}

function* mapLater<From, To>(all: Iterable<From>, change: (each: From) => To): Generator<To> {
  for (const each of all) yield change(each);
}
