import { type ExpressionBuilder, sql } from 'kysely';
import type { Digest } from '../model/digest.ts';
import type { TrustCandidate, TrustMark, TrustReason, TrustVerdict } from '../model/trust.ts';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

/** Where to look. */
export interface TrustPlace {
  readonly registryId: number;
  /** Absent: all of them. */
  readonly repository?: string | undefined;
}

/** An image by what stays the same when its row is listed anew. */
export interface MarkedImage {
  readonly registryId: number;
  readonly repository: string;
  readonly digest: Digest;
}

/** All that is known of whether an image is trusted. */
export interface TrustState {
  readonly trusted: boolean;
  readonly image: MarkedImage;
  /** What came of the signatures; absent where no policy speaks of it. */
  readonly verdict?: TrustVerdict & { readonly checkedAt: Date };
  /** It weighs more than signatures. */
  readonly mark?: TrustMark;
}

/** Which images are trusted, and who or what says so. */
export interface TrustStore {
  /**
   * Images of a place whose verdict under this policy is not known or not believed any more, by ascending id beyond `after`. That one
   * is signed is believed for good; that one is not for as long as the image had been listed then, within `NO_IS_BELIEVED_MS`; that
   * nothing could be read not at all. Of one repository every image is that is not signed: something has happened to it.
   */
  candidates(
    place: TrustPlace,
    policy: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly TrustCandidate[]>;
  /** Keeps a verdict; undefined: the policy says nothing of the image. */
  record(imageIds: readonly number[], verdict: TrustVerdict | undefined, policy: string): Promise<void>;
  /** Forgets the verdicts of a registry that has no policy any more. */
  forgetVerdicts(registryId: number): Promise<void>;
  /** Makes the flag of every image of a place say what its mark, else its verdict says. */
  settle(place: TrustPlace): Promise<void>;
  mark(image: MarkedImage, mark: Omit<TrustMark, 'markedAt'>): Promise<void>;
  /** False when there was none. */
  unmark(image: MarkedImage): Promise<boolean>;
  /** undefined for an unknown image. */
  explain(imageId: number): Promise<TrustState | undefined>;
}

const SIGNED: TrustReason = 'signed';
const UNREADABLE: TrustReason = 'unreadable';
// Signatures come soon after their image, and hardly ever to one that has been there for long.
const NO_IS_BELIEVED_MS = { least: 5 * 60_000, most: 6 * 3_600_000 };
const IDS_PER_STATEMENT = 500;
const MAX_DETAIL = 1_000;

export function createTrustStore({ read, write }: Database, now: () => Date): TrustStore {
  const settle: TrustStore['settle'] = async ({ registryId, repository }) => {
    let change = write
      .updateTable('images')
      .set({ trusted: shouldBeTrusted })
      .where('registry_id', '=', registryId)
      .where((eb) => eb('trusted', '<>', shouldBeTrusted));
    if (repository !== undefined) {
      change = change.where('repository_id', '=', ({ selectFrom }) =>
        selectFrom('repositories')
          .select('repositories.id')
          .where('repositories.registry_id', '=', registryId)
          .where('path', '=', repository),
      );
    }
    await change.execute();
  };
  return {
    settle,
    candidates: async ({ registryId, repository }, policy, { after, limit }) => {
      const rows = await read
        .selectFrom('images')
        .innerJoin('repositories', 'repositories.id', 'images.repository_id')
        .innerJoin('tags', 'tags.id', 'images.tag_id')
        .select(['images.id', 'repositories.path', 'images.digest', 'tags.digest as tag_digest'])
        .where('images.registry_id', '=', registryId)
        .where('images.id', '>', after)
        .$if(repository !== undefined, (query) => query.where('repositories.path', '=', repository ?? ''))
        .where(({ eb, or }) =>
          or([
            eb('trust_policy', 'is', null),
            eb('trust_policy', '<>', policy),
            eb('trust_reason', '=', UNREADABLE),
            eb('trust_reason', 'is not', null)
              .and('trust_reason', '<>', SIGNED)
              .and(repository === undefined ? noLongerBelieved(now()) : eb.lit(true)),
          ]),
        )
        .orderBy('images.id')
        .limit(limit)
        .execute();
      return rows.map(({ id, path, digest, tag_digest }) => ({
        id,
        repository: path,
        digest: digest as Digest,
        tagDigest: tag_digest as Digest,
      }));
    },
    record: async (imageIds, verdict, policy) => {
      for (let at = 0; at < imageIds.length; at += IDS_PER_STATEMENT) {
        await write
          .updateTable('images')
          .set({
            trust_reason: verdict?.reason ?? null,
            trust_detail: verdict?.detail.slice(0, MAX_DETAIL) ?? null,
            trust_policy: policy,
            trust_checked_at: now().getTime(),
          })
          .where('id', 'in', imageIds.slice(at, at + IDS_PER_STATEMENT))
          .execute();
      }
    },
    forgetVerdicts: async (registryId) => {
      await write
        .updateTable('images')
        .set({ trust_reason: null, trust_detail: null, trust_policy: null, trust_checked_at: null })
        .where('registry_id', '=', registryId)
        .where('trust_policy', 'is not', null)
        .execute();
    },
    mark: async (image, { trusted, author, note }) => {
      const words = { trusted: Number(trusted), author, note, marked_at: now().getTime() };
      await write
        .insertInto('trust_marks')
        .values({ registry_id: image.registryId, repository: image.repository, digest: image.digest, ...words })
        .onConflict((conflict) => conflict.columns(['registry_id', 'repository', 'digest']).doUpdateSet(words))
        .execute();
      await settle(image);
    },
    unmark: async (image) => {
      const removed = await write
        .deleteFrom('trust_marks')
        .where('registry_id', '=', image.registryId)
        .where('repository', '=', image.repository)
        .where('digest', '=', image.digest)
        .executeTakeFirst();
      await settle(image);
      return removed.numDeletedRows > 0n;
    },
    explain: async (imageId) => {
      const row = await read
        .selectFrom('images')
        .innerJoin('repositories', 'repositories.id', 'images.repository_id')
        .leftJoin('trust_marks', (join) =>
          join
            .onRef('trust_marks.registry_id', '=', 'images.registry_id')
            .onRef('trust_marks.repository', '=', 'repositories.path')
            .onRef('trust_marks.digest', '=', 'images.digest'),
        )
        .select(['images.registry_id', 'path', 'images.digest', 'images.trusted'])
        .select(['trust_reason', 'trust_detail', 'trust_checked_at'])
        .select(['trust_marks.trusted as marked', 'author', 'note', 'marked_at'])
        .where('images.id', '=', imageId)
        .executeTakeFirst();
      return row && toState(row);
    },
  };
}

function noLongerBelieved(now: Date) {
  const { least, most } = NO_IS_BELIEVED_MS;
  const age = sql`images.trust_checked_at - images.listed_at`;
  const believed = sql`case when ${age} < ${sql.lit(least)} then ${sql.lit(least)} when ${age} > ${sql.lit(most)} then ${sql.lit(most)} else ${age} end`;
  return sql<boolean>`images.trust_checked_at + ${believed} <= ${now.getTime()}`;
}

/** Of the row of `images` around it. */
function shouldBeTrusted(eb: ExpressionBuilder<Tables, 'images'>) {
  const marked = eb
    .selectFrom('trust_marks')
    .innerJoin('repositories', 'repositories.path', 'trust_marks.repository')
    .select('trust_marks.trusted')
    .whereRef('repositories.id', '=', 'images.repository_id')
    .whereRef('trust_marks.registry_id', '=', 'images.registry_id')
    .whereRef('trust_marks.digest', '=', 'images.digest');
  return sql<number>`coalesce((${marked}), case when images.trust_reason = ${SIGNED} then 1 else 0 end)`;
}

interface StateRow {
  readonly registry_id: number;
  readonly path: string;
  readonly digest: string;
  readonly trusted: number;
  readonly trust_reason: string | null;
  readonly trust_detail: string | null;
  readonly trust_checked_at: number | null;
  readonly marked: number | null;
  readonly author: string | null;
  readonly note: string | null;
  readonly marked_at: number | null;
}

function toState(row: StateRow): TrustState {
  const { trust_reason: reason, trust_checked_at: checkedAt, marked_at: markedAt } = row;
  return {
    trusted: row.trusted === 1,
    image: { registryId: row.registry_id, repository: row.path, digest: row.digest as Digest },
    ...(reason === null || checkedAt === null
      ? {}
      : {
          verdict: {
            reason: reason as TrustReason,
            detail: row.trust_detail ?? '',
            checkedAt: new Date(checkedAt),
          },
        }),
    ...(markedAt === null
      ? {}
      : {
          mark: {
            trusted: row.marked === 1,
            author: row.author ?? '',
            note: row.note ?? '',
            markedAt: new Date(markedAt),
          },
        }),
  };
}
