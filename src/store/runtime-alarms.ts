import { type Kysely, sql } from 'kysely';
import { runningStates } from './running-states.ts';
import type { AlarmedImage, RuntimeAlarm } from './runtime-store.ts';
import type { Tables } from './tables.ts';

/** Of a row `i` of images with its tag `t`: the tag moved on to something else, or the last walk missed it. */
export const isGone = sql`(i.tag_digest <> t.digest or (t.gone_at is not null and t.synced_at < t.gone_at))`;

/** Of a row `i` of images: neither it nor another row of the same content was ever scanned. */
export const neverScanned = sql`(i.scanned_at is null)`;

interface Alarmed {
  readonly image_id: number | null;
  readonly name: string;
  readonly digest: string;
  readonly containers: number;
}

export async function listAlarms(db: Kysely<Tables>, limit: number): Promise<readonly AlarmedImage[]> {
  const rows = async (condition: typeof isGone) =>
    (
      await sql<Alarmed>`select i.id as image_id, p.address || ':' || i.tag as name, i.digest, i.containers
        from images i join tags t on t.id = i.tag_id join repositories p on p.id = i.repository_id
        where i.running = 1 and ${condition} order by name, i.id limit ${limit}`.execute(db)
    ).rows;
  const unlisted = sql<Alarmed>`${runningStates('all')}
    select null as image_id, r.reference as name, coalesce((select min(d.digest) from runtime_digests d
        where d.source = r.source and d.key = r.key), '') as digest, r.containers
    from runtime_images r join runtime_sources s on s.name = r.source
    where s.counted = 1 and not exists (select 1 from used where used.source = r.source and used.key = r.key)
    order by name limit ${limit}`.execute(db);
  return [
    ...toAlarms('gone', await rows(isGone)),
    ...toAlarms('unscanned', await rows(neverScanned)),
    ...toAlarms('unlisted', (await unlisted).rows),
  ].slice(0, limit);
}

const toAlarms = (alarm: RuntimeAlarm, rows: readonly Alarmed[]): readonly AlarmedImage[] =>
  rows.map(({ image_id, name, digest, containers }) => ({
    alarm,
    ...(image_id === null ? {} : { imageId: Number(image_id) }),
    name,
    digest,
    containers: Number(containers),
  }));
