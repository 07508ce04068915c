import { type Kysely, sql } from 'kysely';
import { runningStates } from './running-states.ts';
import { isGone, neverScanned } from './runtime-alarms.ts';
import type { RuntimeFigures, RuntimeSourceState } from './runtime-store.ts';
import type { Tables } from './tables.ts';

interface Counted {
  readonly source: string;
  readonly containers: number;
  readonly images: number;
  readonly listed: number;
  readonly gone: number;
  readonly unscanned: number;
}

export async function readRuntimeSources(db: Kysely<Tables>): Promise<readonly RuntimeSourceState[]> {
  const sources = await db.selectFrom('runtime_sources').selectAll().orderBy('name').execute();
  const { rows } = await sql<Counted>`${runningStates('all')},
    rows_used as (select used.source, count(*) as row_count,
        sum(case when ${isGone} then 1 else 0 end) as gone, sum(case when ${neverScanned} then 1 else 0 end) as unscanned
      from (select distinct source, id from used) used join images i on i.id = used.id join tags t on t.id = i.tag_id
      group by used.source),
    totals as (select source, sum(containers) as containers, count(*) as images from runtime_images group by source),
    listed as (select source, count(distinct key) as listed from used group by source)
    select totals.source, totals.containers, totals.images, coalesce(listed.listed, 0) as listed,
      coalesce(rows_used.gone, 0) as gone, coalesce(rows_used.unscanned, 0) as unscanned
    from totals left join listed on listed.source = totals.source
      left join rows_used on rows_used.source = totals.source`.execute(db);
  const bySource = new Map(rows.map((row) => [row.source, row]));
  return sources.map((source) => {
    const counted = bySource.get(source.name);
    const images = Number(counted?.images ?? 0);
    return {
      name: source.name,
      ...(Number(source.taken_at) === 0 ? {} : { takenAt: new Date(Number(source.taken_at)) }),
      expiresAt: new Date(Number(source.expires_at)),
      fresh: source.counted === 1,
      containers: Number(counted?.containers ?? 0),
      images,
      unlisted: images - Number(counted?.listed ?? 0),
      gone: Number(counted?.gone ?? 0),
      unscanned: Number(counted?.unscanned ?? 0),
      failure: source.failure,
    };
  });
}

export async function readRuntimeFigures(db: Kysely<Tables>): Promise<RuntimeFigures> {
  const sources = await readRuntimeSources(db);
  const fresh = sources.filter((source) => source.fresh);
  const { rows } = await sql<{ gone: number | null; unscanned: number | null }>`
    select sum(case when ${isGone} then 1 else 0 end) as gone, sum(case when ${neverScanned} then 1 else 0 end) as unscanned
    from images i join tags t on t.id = i.tag_id where i.running = 1`.execute(db);
  return {
    fresh: fresh.length,
    stale: sources.length - fresh.length,
    alarms: {
      gone: Number(rows[0]?.gone ?? 0),
      unscanned: Number(rows[0]?.unscanned ?? 0),
      unlisted: fresh.reduce((sum, { unlisted }) => sum + unlisted, 0),
    },
  };
}

export async function countContainers(db: Kysely<Tables>): Promise<number | undefined> {
  const { sources, containers } = await db
    .selectFrom('runtime_sources')
    .leftJoin('runtime_images', 'runtime_images.source', 'runtime_sources.name')
    .select(({ fn }) => [
      fn.count<number>('runtime_sources.name').as('sources'),
      fn.sum<number | null>('runtime_images.containers').as('containers'),
    ])
    .where('runtime_sources.counted', '=', 1)
    .executeTakeFirstOrThrow();
  return Number(sources) === 0 ? undefined : Number(containers ?? 0);
}
