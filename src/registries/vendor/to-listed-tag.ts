import type { SkipReason } from '../../model/registry.ts';
import { classifyTag } from '../../oci/classify.ts';
import { isDigest } from '../../oci/parse-digest.ts';
import type { ListedTag } from '../registry-client.ts';

// Before there were registries: Go's zero time and other ways to say nothing.
const EARLIEST = Date.parse('2010-01-01T00:00:00Z');

/** What a vendor says of a tag, and what its name says; what cannot be true of it is left out. */
export function toListedTag(said: {
  readonly name: string;
  readonly digest?: string | null | undefined;
  /** A text that `Date` reads, or milliseconds since 1970. */
  readonly pushedAt?: string | number | null | undefined;
  readonly skipped?: SkipReason | undefined;
}): ListedTag {
  const { name, digest, skipped = classifyTag(name) } = said;
  const pushedAt = new Date(said.pushedAt ?? Number.NaN);
  return {
    name,
    ...(typeof digest === 'string' && isDigest(digest) ? { digest } : {}),
    ...(pushedAt.getTime() >= EARLIEST ? { pushedAt } : {}),
    ...(skipped === undefined ? {} : { skipped }),
  };
}
