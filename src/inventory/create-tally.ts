import type { SkippedCounts, SkipReason } from '../model/registry.ts';
import { createMessages } from './create-messages.ts';

/** What a walk over a registry saw, as it goes. */
export interface Tally {
  sawTag(): void;
  sawUnchanged(): void;
  skip(counts: Partial<SkippedCounts>): void;
  /** Could not be read, and so is kept as it was. */
  unread(what: string, error: unknown): void;
  /** Was read and is no row although it should be one. */
  note(what: string, message: unknown): void;
  total(): Tallied;
}

export interface Tallied {
  readonly tags: number;
  /** Tags whose manifest had not changed and was not read again. */
  readonly unchanged: number;
  readonly skipped: Partial<SkippedCounts>;
  /** What could not be read, and so was kept as it was; only so many are told in full. */
  readonly unread: readonly string[];
  /** What was read and is no row although it should be one; only so many are told in full. */
  readonly notes: readonly string[];
}

export function createTally(): Tally {
  const skipped: Partial<Record<SkipReason, number>> = {};
  const unread = createMessages();
  const notes = createMessages();
  let tags = 0;
  let unchanged = 0;
  return {
    sawTag: () => {
      tags += 1;
    },
    sawUnchanged: () => {
      unchanged += 1;
    },
    skip: (counts) => {
      for (const [reason, count] of Object.entries(counts) as [SkipReason, number][])
        skipped[reason] = (skipped[reason] ?? 0) + count;
    },
    unread: (what, error) => unread.add(what, error),
    note: (what, message) => notes.add(what, message),
    total: () => ({ tags, unchanged, skipped, unread: unread.list(), notes: notes.list() }),
  };
}
