import { AppError } from '../../model/app-error.ts';
import type { ListedTag } from '../registry-client.ts';
import type { VendorLists } from './create-vendor-client.ts';

export interface CollectedTag {
  readonly repository: string;
  readonly tag: ListedTag;
}

/** Tags by repository and name. */
type Collected = Map<string, Map<string, ListedTag>>;

/**
 * Lists of a vendor whose API tells the tags of all repositories in one list, in no order: read once from its begin to its end,
 * and told repository by repository. The first name is told before that, so that to see whether anything is listed is cheap.
 * Of two tags of a name the first counts.
 */
export function collectLists(name: string, source: (signal: AbortSignal) => AsyncGenerator<CollectedTag>): VendorLists {
  let readToEnd: (() => Promise<Collected>) | undefined;

  async function* repositories(signal: AbortSignal): AsyncGenerator<string> {
    const items = source(signal);
    try {
      const first = await items.next();
      if (first.done) throw new AppError('image-not-found', 'it lists nothing in this registry.');
      const reading = createReading(items, first.value);
      readToEnd = reading;
      yield first.value.repository;
      yield* (await reading()).keys();
    } finally {
      await items.return(undefined);
    }
  }

  async function* tags(repository: string): AsyncGenerator<ListedTag> {
    const found = (await readToEnd?.())?.get(repository);
    if (found === undefined) throw new AppError('image-not-found', `${name} has not listed ${repository}.`);
    yield* found.values();
  }

  return { name, repositories, tags };
}

/** Whoever needs all of it first reads it, the others wait for that. */
function createReading(items: AsyncGenerator<CollectedTag>, first: CollectedTag): () => Promise<Collected> {
  const collected: Collected = new Map();
  let reading: Promise<Collected> | undefined;
  const read = async () => {
    add(collected, first);
    for await (const item of items) add(collected, item);
    return collected;
  };
  return () => {
    reading ??= read();
    return reading;
  };
}

function add(collected: Collected, { repository, tag }: CollectedTag): void {
  const tags = collected.get(repository) ?? new Map<string, ListedTag>();
  if (!tags.has(tag.name)) tags.set(tag.name, tag);
  collected.set(repository, tags);
}
