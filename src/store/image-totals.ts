import { type Kysely, type RawBuilder, sql } from 'kysely';
import { toDate } from './image-rows.ts';
import { atRisk } from './namespaces.ts';
import type { Tables } from './tables.ts';

/** Counts of images over all registries. Images whose scan says nothing of a kind are in none of the counts of that kind. */
export interface ImageTotals {
  readonly images: number;
  readonly scanned: number;
  readonly notScanned: number;
  readonly authorized: number;
  readonly authorizedNotScanned: number;
  readonly vulnerable: number;
  readonly infected: number;
  readonly withRisks: number;
  /** In any of the three counts before. */
  readonly atRisk: number;
  readonly untrusted: number;
  readonly fixRecommended: number;
  /** First listed since the day asked about, and how many of those are at risk. */
  readonly listedSince: number;
  readonly listedSinceAtRisk: number;
  readonly latestScanAt?: Date;
}

const DAY_MS = 86_400_000;

/** From counters; `since` begins a day in UTC. */
export async function countImageTotals(db: Kysely<Tables>, since: Date): Promise<ImageTotals> {
  const [states, listed, newest] = await Promise.all([
    countStates(db),
    countListed(db, since),
    db
      .selectFrom('images')
      .select('scanned_at')
      .where('scanned_at', 'is not', null)
      // As the index has it: without the word PostgreSQL sorts all of them.
      .orderBy('scanned_at', (order) => order.desc().nullsLast())
      .limit(1)
      .executeTakeFirst(),
  ]);
  const latestScanAt = toDate(newest?.scanned_at ?? null);
  return { ...states, ...listed, ...(latestScanAt ? { latestScanAt } : {}) };
}

const amountWhen = (condition: RawBuilder<unknown>) =>
  sql<number>`coalesce(sum(case when ${condition} then amount else 0 end), 0)`;

/** In a counter as in the table itself; there a count is 1 where it is above zero. */
const countStates = (db: Kysely<Tables>) =>
  db
    .selectFrom('image_states as images')
    .select([
      amountWhen(sql`1 = 1`).as('images'),
      amountWhen(sql`scan_status = 'scanned'`).as('scanned'),
      amountWhen(sql`scan_status = 'not-scanned'`).as('notScanned'),
      amountWhen(sql`authorized = 1`).as('authorized'),
      amountWhen(sql`authorized = 1 and scan_status = 'not-scanned'`).as('authorizedNotScanned'),
      amountWhen(sql`vulnerabilities > 0`).as('vulnerable'),
      amountWhen(sql`malware_files > 0`).as('infected'),
      amountWhen(sql`risks > 0`).as('withRisks'),
      amountWhen(sql`${atRisk} = 1`).as('atRisk'),
      amountWhen(sql`trusted = 0`).as('untrusted'),
      amountWhen(sql`fix_recommended = 1`).as('fixRecommended'),
    ])
    .executeTakeFirstOrThrow();

const countListed = (db: Kysely<Tables>, since: Date) =>
  db
    .selectFrom('listed_counts')
    .select([amountWhen(sql`1 = 1`).as('listedSince'), amountWhen(sql`at_risk = 1`).as('listedSinceAtRisk')])
    .where('listed_day', '>=', Math.floor(since.getTime() / DAY_MS))
    .executeTakeFirstOrThrow();
