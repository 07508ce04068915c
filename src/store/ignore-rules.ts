import { sql, type Transaction } from 'kysely';
import type { Database } from './database.ts';
import { lockIgnoreRules, settleIgnored } from './ignored-findings.ts';
import { matches } from './image-conditions.ts';
import type { Listed, Page } from './store.ts';
import type { Tables } from './tables.ts';
import { isOneOf } from './text-search.ts';

type Write = Transaction<Tables>;

/** A vulnerability, and the images in which it is to be ignored, or no longer. */
export interface IgnoreChange {
  readonly number: number;
  /** Config digests; absent = every image, also those that are yet to come. */
  readonly imageIds?: readonly string[];
}

/** A vulnerability that some rule ignores. */
export interface IgnoredVulnerability {
  readonly number: number;
  readonly id: string;
  readonly title: string;
  /** In every image. */
  readonly everywhere: boolean;
  /** Rows of the list that rules name, or that would show it without them. */
  readonly images: number;
  /** When its newest rule was made or renewed. */
  readonly changedAt: Date;
}

/** By the id or the title of the vulnerability. */
export interface IgnoreRuleCondition {
  readonly field: 'id' | 'title';
  readonly match: 'equals' | 'contains';
  readonly values: readonly string[];
}

export interface IgnoreRuleQuery extends Page {
  readonly conditions: readonly IgnoreRuleCondition[];
  /** By the time of the last change. */
  readonly direction: 'asc' | 'desc';
}

/** Who decided that which vulnerability is not counted, where and when. */
export interface IgnoreRuleStore {
  /** Makes rules, or renews them, and takes what they ignore out of all counts, in one transaction. The numbers must exist. */
  add(changes: readonly IgnoreChange[], createdBy: string): Promise<void>;
  /**
   * Removes rules, all of a vulnerability's when no image is named, and counts again what they ignored, in one
   * transaction. A rule that does not exist is no matter. `everywhere`: vulnerabilities that go on being ignored in every
   * image, where only some were named; nothing has been changed then.
   */
  remove(changes: readonly IgnoreChange[]): Promise<{ readonly everywhere: readonly number[] }>;
  list(query: IgnoreRuleQuery): Promise<Listed<IgnoredVulnerability>>;
  /** Config digests of images by the Id of a row, or by manifest or config digest; what is unknown is left out. */
  resolveImages(references: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

const EVERY_IMAGE = '';
const PER_STATEMENT = 500;
/** More images than this are not searched one by one: every finding of the vulnerability is looked at instead. */
const MOST_NAMED = 5_000;
const DIGITS = /^\d{1,16}$/;

export function createIgnoreRuleStore({ engine, read, transaction }: Database, now: () => Date): IgnoreRuleStore {
  return {
    add: (changes, createdBy) =>
      transaction(async (trx) => {
        await lockIgnoreRules(trx, engine, 'change');
        const at = now().getTime();
        for (const part of inParts(toPairs(changes))) {
          await trx
            .insertInto('ignore_rules')
            .values(part.map((pair) => ({ ...pair, created_by: createdBy, created_at: at })))
            .onConflict((conflict) =>
              conflict
                .columns(['vulnerability_number', 'image_id'])
                .doUpdateSet({ created_by: createdBy, created_at: at }),
            )
            .execute();
        }
        await settle(trx, changes);
      }),
    remove: (changes) =>
      transaction(async (trx) => {
        await lockIgnoreRules(trx, engine, 'change');
        const everywhere = await stillEverywhere(trx, changes);
        if (everywhere.length > 0) return { everywhere };
        await removeRules(trx, changes);
        await settle(trx, changes);
        return { everywhere };
      }),
    list: async ({ conditions, direction, offset, limit }) => {
      let base = read
        .selectFrom('ignore_rules')
        .innerJoin('vulnerabilities', 'vulnerabilities.number', 'ignore_rules.vulnerability_number');
      for (const { field, match, values } of conditions) {
        base = base.where(matches(sql.ref(`vulnerabilities.${field}`), match, values));
      }
      const { total } = await base
        .select(({ fn }) => fn.count<number>('vulnerabilities.number').distinct().as('total'))
        .executeTakeFirstOrThrow();
      if (limit === 0 || offset >= total) return { rows: [], total };
      const rows = await base
        .select(['vulnerabilities.number', 'vulnerabilities.id', 'vulnerabilities.title'])
        .select(({ fn }) => [
          fn.max('ignore_rules.created_at').as('changed_at'),
          fn.max<number>(sql`case when ignore_rules.image_id = ${EVERY_IMAGE} then 1 else 0 end`).as('everywhere'),
        ])
        .groupBy(['vulnerabilities.number', 'vulnerabilities.id', 'vulnerabilities.title'])
        .orderBy('changed_at', direction)
        .orderBy('vulnerabilities.number', direction)
        .offset(offset)
        .limit(limit)
        .execute();
      const images = await countImages(
        read,
        rows.map((row) => row.number),
      );
      return {
        total,
        rows: rows.map(({ number, id, title, changed_at, everywhere }) => ({
          number,
          id,
          title,
          everywhere: everywhere === 1,
          images: images.get(number) ?? 0,
          changedAt: new Date(changed_at),
        })),
      };
    },
    resolveImages: async (references) => {
      const ids = references.filter((reference) => DIGITS.test(reference)).map(Number);
      const digests = references.filter((reference) => !DIGITS.test(reference));
      const rows = read.selectFrom('images').distinct();
      const [byId, byDigest, byImageId] = await Promise.all([
        rows
          .select(['id', 'image_id'])
          .where(isOneOf(sql.ref('id'), ids))
          .execute(),
        rows
          .select(['digest', 'image_id'])
          .where(isOneOf(sql.ref('digest'), digests))
          .execute(),
        read
          .selectFrom('artifacts')
          .select('image_id')
          .where(isOneOf(sql.ref('image_id'), digests))
          .execute(),
      ]);
      const found = new Map<string | number, string>([
        ...byId.map((row) => [row.id, row.image_id] as const),
        ...byDigest.map((row) => [row.digest, row.image_id] as const),
        ...byImageId.map((row) => [row.image_id, row.image_id] as const),
      ]);
      return new Map(
        references.flatMap((reference) => {
          const imageId = found.get(DIGITS.test(reference) ? Number(reference) : reference);
          return imageId === undefined ? [] : [[reference, imageId] as const];
        }),
      );
    },
  };

  async function settle(trx: Write, changes: readonly IgnoreChange[]): Promise<void> {
    const named = changes.flatMap((change) => change.imageIds ?? []);
    const imageIds = [...new Set(named)];
    const onlyNamed = changes.every((change) => change.imageIds !== undefined) && imageIds.length <= MOST_NAMED;
    const numbers = [...new Set(changes.map((change) => change.number))];
    await settleIgnored(trx, engine, { numbers, ...(onlyNamed ? { imageIds } : {}) });
  }
}

/** One rule each. */
const toPairs = (changes: readonly IgnoreChange[]) => {
  const pairs = changes.flatMap(({ number, imageIds }) =>
    (imageIds ?? [EVERY_IMAGE]).map((image_id) => ({ vulnerability_number: number, image_id })),
  );
  return [...new Map(pairs.map((pair) => [`${pair.vulnerability_number} ${pair.image_id}`, pair])).values()];
};

async function stillEverywhere(trx: Write, changes: readonly IgnoreChange[]): Promise<readonly number[]> {
  const removed = new Set(changes.filter((change) => !change.imageIds).map((change) => change.number));
  const named = [...new Set(changes.map((change) => change.number))].filter((number) => !removed.has(number));
  const rows = await trx
    .selectFrom('ignore_rules')
    .select('vulnerability_number')
    .where(isOneOf(sql.ref('vulnerability_number'), named))
    .where('image_id', '=', EVERY_IMAGE)
    .execute();
  return rows.map((row) => row.vulnerability_number);
}

async function removeRules(trx: Write, changes: readonly IgnoreChange[]): Promise<void> {
  for (const { number, imageIds } of changes) {
    const rules = trx.deleteFrom('ignore_rules').where('vulnerability_number', '=', number);
    await (imageIds ? rules.where(isOneOf(sql.ref('image_id'), imageIds)) : rules).execute();
  }
}

async function countImages(read: Database['read'], numbers: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (numbers.length === 0) return new Map();
  const { rows } = await sql<{ number: number; images: number }>`
    select c.number, count(*) as images from (
      select i.vulnerability_number as number, images.id from ignored_findings i
        join images on images.artifact_id = i.artifact_id
        where i.vulnerability_number in (${sql.join(numbers)})
      union
      select r.vulnerability_number as number, images.id from ignore_rules r
        join images on images.image_id = r.image_id
        where r.vulnerability_number in (${sql.join(numbers)})
    ) c group by c.number`.execute(read);
  return new Map(rows.map((row) => [row.number, row.images]));
}

function* inParts<T>(all: readonly T[]): Generator<T[]> {
  for (let at = 0; at < all.length; at += PER_STATEMENT) yield all.slice(at, at + PER_STATEMENT);
}
