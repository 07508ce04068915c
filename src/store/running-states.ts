import { type RawBuilder, sql } from 'kysely';

/** Which images some source names: all that it does, or those of these rows. */
export type RunningScope = 'all' | { readonly imageIds: readonly number[] };

/**
 * `with … ` up to a table `states` of (id, containers, stale): what the sources say of each row that any of them names;
 * containers of those whose word counts, and 1 where one named it whose word is too old.
 *
 * A digest of the config or of the manifest says exactly which image runs. That of an index names one of several platforms:
 * it counts where nothing more exact is listed. A reference counts where there is no digest.
 */
export function runningStates(scope: RunningScope): RawBuilder<unknown> {
  return sql`with concerned as materialized (${concerned(scope)}),
    named as materialized (
      select c.source, c.key, i.id, 1 as way from concerned c join runtime_digests d on d.source = c.source and d.key = c.key
        join images i on i.digest = d.digest
      union all
      select c.source, c.key, i.id, 1 from concerned c join runtime_digests d on d.source = c.source and d.key = c.key
        join images i on i.image_id = d.digest
      union all
      select c.source, c.key, i.id, 2 from concerned c join runtime_digests d on d.source = c.source and d.key = c.key
        join images i on i.tag_digest = d.digest where ${ofPlatform}
      union all
      select c.source, c.key, i.id, 3 from concerned c join repositories p on p.address = c.address
        join tags t on t.repository_id = p.id and t.name = c.tag
        join images i on i.tag_id = t.id and i.tag_digest = t.digest where c.address <> '' and ${ofPlatform}),
    best as (select source, key, min(way) as way from named group by source, key),
    used as (select distinct named.source, named.key, named.id from named
      join best on best.source = named.source and best.key = named.key and best.way = named.way),
    states as materialized (
      select used.id, sum(case when s.counted = 1 then r.containers else 0 end) as containers, max(1 - s.counted) as stale
      from used join runtime_images r on r.source = used.source and r.key = used.key
        join runtime_sources s on s.name = used.source group by used.id)`;
}

const ofPlatform = sql`(c.platform = '' or i.platform = c.platform or i.platform like c.platform || '/%')`;

function concerned(scope: RunningScope): RawBuilder<unknown> {
  if (scope === 'all') return sql`select source, key, address, tag, platform from runtime_images`;
  const rows = sql`i.id in (${sql.join(scope.imageIds)})`;
  return sql`select r.source, r.key, r.address, r.tag, r.platform from images i
      join runtime_digests d on d.digest in (i.digest, i.image_id, i.tag_digest)
      join runtime_images r on r.source = d.source and r.key = d.key where ${rows}
    union select r.source, r.key, r.address, r.tag, r.platform from images i join repositories p on p.id = i.repository_id
      join runtime_images r on r.address = p.address and r.tag = i.tag where ${rows}`;
}
