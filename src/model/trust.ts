import type { Digest } from './digest.ts';

/** What came of the signatures of an image. `signed` alone makes it trusted; a mark of a person weighs more. */
export const trustReasons = [
  'signed',
  'unsigned',
  'other-key',
  'other-identity',
  'other-image',
  'keyless',
  'unreadable',
] as const;
export type TrustReason = (typeof trustReasons)[number];

/** One sentence each, for people; where and what exactly is the verdict's detail. */
export const trustTexts: Readonly<Record<TrustReason, string>> = {
  signed: 'A signature by a key or an identity of the policy is valid for this image',
  unsigned: 'There is no signature of this image in its repository',
  'other-key': 'There are signatures, but none by a key that the policy names for this image',
  'other-identity': 'There are keyless signatures, but none that is proved to be by an identity of the policy',
  'other-image': 'A key or an identity of the policy signed, but another image than this',
  keyless: 'Not checked: the signatures are keyless, and the policy names keys alone for this image',
  unreadable: 'Not checked: the signatures could not be read',
};

export interface TrustVerdict {
  readonly reason: TrustReason;
  /** Which key, which signature, what failed; '' when there is nothing to add. */
  readonly detail: string;
}

/** What somebody said of an image by hand. */
export interface TrustMark {
  readonly trusted: boolean;
  readonly author: string;
  readonly note: string;
  readonly markedAt: Date;
}

/** An image as trust sees it. */
export interface TrustCandidate {
  readonly id: number;
  /** Path in its registry. */
  readonly repository: string;
  readonly digest: Digest;
  /** What its tag points at: the index it is part of, or itself. */
  readonly tagDigest: Digest;
}
