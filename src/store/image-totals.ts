import { type Kysely, sql } from 'kysely';
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
  /** First listed since the time asked about, and how many of those are at risk. */
  readonly listedSince: number;
  readonly listedSinceAtRisk: number;
  readonly latestScanAt?: Date;
}

/** One pass over the images. */
export async function countImageTotals(db: Kysely<Tables>, since: Date): Promise<ImageTotals> {
  const recent = sql`listed_at >= ${since.getTime()}`;
  const when = (condition: ReturnType<typeof sql>) =>
    sql<number>`coalesce(sum(case when ${condition} then 1 else 0 end), 0)`;
  const { latest_scan_at, ...totals } = await db
    .selectFrom('images')
    .select(({ fn }) => [
      fn.countAll<number>().as('images'),
      when(sql`scan_status = 'scanned'`).as('scanned'),
      when(sql`scan_status = 'not-scanned'`).as('notScanned'),
      when(sql`authorized = 1`).as('authorized'),
      when(sql`authorized = 1 and scan_status = 'not-scanned'`).as('authorizedNotScanned'),
      when(sql`vulnerabilities > 0`).as('vulnerable'),
      when(sql`malware_files > 0`).as('infected'),
      when(sql`risks > 0`).as('withRisks'),
      sql<number>`coalesce(sum(${atRisk}), 0)`.as('atRisk'),
      when(sql`trusted = 0`).as('untrusted'),
      when(sql`fix_recommended = 1`).as('fixRecommended'),
      when(recent).as('listedSince'),
      when(sql`${recent} and ${atRisk} = 1`).as('listedSinceAtRisk'),
      fn.max('scanned_at').as('latest_scan_at'),
    ])
    .executeTakeFirstOrThrow();
  const latestScanAt = toDate(latest_scan_at);
  return { ...totals, ...(latestScanAt ? { latestScanAt } : {}) };
}
