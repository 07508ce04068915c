import { sql } from 'kysely';
import type { Database } from './database.ts';

/** What processes have fetched from a registry. */
export interface Traffic {
  readonly requests: number;
  readonly bytes: number;
  /** Time in which a process had blobs open: bytes in that time are the speed of one process. */
  readonly busyMs: number;
}

/** Traffic beyond this is halved: the speed of last month says little about today's. */
const REMEMBERED_MS = 3_600_000;

export async function recordTraffic(
  { write }: Database,
  registryId: number,
  { requests, bytes, busyMs }: Traffic,
): Promise<void> {
  await sql`insert into registry_traffic (registry_id, requests, bytes, busy_ms)
    select id, cast(${requests} as bigint), cast(${bytes} as bigint), cast(${busyMs} as bigint)
    from registries where id = ${registryId}
    on conflict (registry_id) do update set
      requests = registry_traffic.requests / (case when registry_traffic.busy_ms > ${REMEMBERED_MS} then 2 else 1 end) + excluded.requests,
      bytes = registry_traffic.bytes / (case when registry_traffic.busy_ms > ${REMEMBERED_MS} then 2 else 1 end) + excluded.bytes,
      busy_ms = registry_traffic.busy_ms / (case when registry_traffic.busy_ms > ${REMEMBERED_MS} then 2 else 1 end) + excluded.busy_ms`.execute(
    write,
  );
}

export async function readTraffic({ read }: Database): Promise<ReadonlyMap<number, Traffic>> {
  const rows = await read.selectFrom('registry_traffic').selectAll().execute();
  return new Map(
    rows.map((row) => [row.registry_id, { requests: row.requests, bytes: row.bytes, busyMs: row.busy_ms }]),
  );
}
