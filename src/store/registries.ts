import { type Selectable, sql, type Updateable } from 'kysely';
import type { Cause } from '../model/cause.ts';
import type { ConnectionReport } from '../model/connection-report.ts';
import type { ConnectionStatus, Registry, SyncStatus } from '../model/registry.ts';
import type { SyncChoice } from '../model/sync-choice.ts';
import type { Database } from './database.ts';
import { matches } from './image-conditions.ts';
import { toDate } from './image-rows.ts';
import { lockTaskCreation } from './lock-task-creation.ts';
import { createPlannedSyncs } from './planned-syncs.ts';
import { queueSync } from './queue-sync.ts';
import type { RegistryCondition, RegistryStore, SyncOutcome } from './store.ts';
import type { RegistriesTable } from './tables.ts';
import { cancelImages } from './task-ends.ts';
import { updateRegistry } from './update-registry.ts';
import type { Vault } from './vault.ts';

const conditionColumns = {
  id: 'id',
  name: 'name',
  type: 'type',
  url: 'url',
  netType: 'net_type',
  syncStatus: 'sync_status',
} as const satisfies Record<RegistryCondition['field'], keyof RegistriesTable>;

const sortColumns = { createdAt: 'created_at', name: 'name', syncedAt: 'synced_at', id: 'id' } as const;

export function createRegistryStore(database: Database, vault: Vault, now: () => Date): RegistryStore {
  const { engine, read, write, transaction } = database;
  const get = async (id: number) => {
    const row = await read.selectFrom('registries').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toRegistry(row);
  };
  return {
    add: (registry) =>
      transaction(async (trx) => {
        const inserted = await trx
          .insertInto('registries')
          .values({
            name: registry.name,
            type: registry.type,
            url: registry.url,
            username: registry.username,
            password_sealed: vault.seal(registry.password),
            net_type: registry.netType,
            region: registry.region,
            version: registry.version,
            instance_id: registry.instanceId,
            insecure: Number(registry.insecure),
            speed_limit: registry.speedLimit,
            sync_mode: registry.syncMode,
            need_scan: Number(registry.needScan),
            webhook_url: registry.webhookUrl,
            webhook_token_sealed: vault.seal(registry.webhookToken),
            created_at: now().getTime(),
            connection_status: 'unknown',
            sync_status: 'never',
            sync_message: '',
            skipped: '{}',
          })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .returning('id')
          .executeTakeFirst();
        if (inserted) return { id: inserted.id, created: true };
        const existing = await trx
          .selectFrom('registries')
          .select('id')
          .where('name', '=', registry.name)
          .executeTakeFirstOrThrow();
        return { id: existing.id, created: false };
      }),
    get,
    findByName: async (name) => {
      const row = await read.selectFrom('registries').selectAll().where('name', '=', name).executeTakeFirst();
      return row && toRegistry(row);
    },
    update: (id, change) => transaction((trx) => updateRegistry(trx, vault, id, change)),
    settings: async (id) => {
      const row = await read.selectFrom('registries').selectAll().where('id', '=', id).executeTakeFirst();
      if (!row) return undefined;
      return {
        type: row.type,
        url: row.url,
        username: row.username,
        password: vault.open(row.password_sealed),
        insecure: row.insecure === 1,
        speedLimit: row.speed_limit,
        region: row.region,
        instanceId: row.instance_id,
      };
    },
    list: async ({ conditions, sort, offset, limit }) => {
      let query = read.selectFrom('registries');
      for (const { field, match, values } of conditions) {
        query =
          field === 'id'
            ? query.where('id', 'in', values.map(Number).filter(Number.isSafeInteger))
            : query.where(matches(sql.ref(`registries.${conditionColumns[field]}`), match, values));
      }
      const { total } = await query.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
      const rows = await query
        .selectAll()
        .orderBy(sortColumns[sort.key], (order) =>
          sort.direction === 'asc' ? order.asc().nullsFirst() : order.desc().nullsLast(),
        )
        .orderBy('id', sort.direction)
        .offset(offset)
        .limit(limit)
        .execute();
      return { rows: rows.map(toRegistry), total };
    },
    remove: (id) =>
      transaction(async (trx) => {
        await lockTaskCreation(trx, engine);
        await cancelImages(trx, { conditions: [{ kind: 'value', field: 'registryId', values: [id] }] }, now());
        const removed = await trx.deleteFrom('registries').where('id', '=', id).executeTakeFirst();
        return removed.numDeletedRows > 0n;
      }),
    recordConnection: async (id, { status, cause, checkedAt, report }) => {
      const says = sql<boolean>`connection_status = ${status} and coalesce(connection_cause, '') = ${cause ?? ''}`;
      const kept = sql<string | null>`case when ${says} then connection_report end`;
      await write
        .updateTable('registries')
        .set({
          connection_report: report ? JSON.stringify(report) : kept,
          connection_status: status,
          connection_cause: cause ?? null,
          connection_checked_at: checkedAt.getTime(),
        })
        .where('id', '=', id)
        .execute();
    },
    chooseContent: async (id, choice) => {
      const sync_choice = isEverything(choice) ? '{}' : JSON.stringify(choice);
      const updated = await write
        .updateTable('registries')
        .set({ sync_choice })
        .where('id', '=', id)
        .executeTakeFirst();
      return updated.numUpdatedRows > 0n;
    },
    recordSync: async (id, outcome) => {
      await write.updateTable('registries').set(syncColumns(outcome)).where('id', '=', id).execute();
    },
    requestSync: (ids) =>
      transaction(async (trx) => {
        // Locked, so that two who ask at once do not both find no job waiting.
        let found = trx.selectFrom('registries').select('id').orderBy('id').forUpdate();
        if (ids !== 'all') found = found.where('id', 'in', ids.length > 0 ? [...ids] : [-1]);
        const known = (await found.execute()).map((row) => row.id);
        const unknown = ids === 'all' ? [] : ids.filter((id) => !known.includes(id));
        if (unknown.length > 0) return { unknown };
        for (const id of known) {
          const waiting = await trx
            .selectFrom('jobs')
            .select('id')
            .where('kind', '=', 'sync')
            .where('registry_id', '=', id)
            .where('worker', 'is', null)
            .executeTakeFirst();
          if (waiting) continue;
          await queueSync(trx, id, now());
        }
        return { unknown };
      }),
    ...createPlannedSyncs(database, now),
    syncState: async () => {
      const rows = await read
        .selectFrom('registries')
        .select(['name', 'sync_status', 'sync_cause', 'sync_message', 'synced_at'])
        .execute();
      const failed = rows.filter((row) => row.sync_status === 'failed');
      const running = rows.some((row) => row.sync_status === 'running' || row.sync_status === 'queued');
      const latest = rows.reduce<number | null>(
        (max, row) => (row.synced_at === null ? max : Math.max(max ?? 0, row.synced_at)),
        null,
      );
      return {
        registries: rows.length,
        settled: rows.filter((row) => row.sync_status !== 'running' && row.sync_status !== 'queued').length,
        status: running ? 'running' : failed.length > 0 ? 'failed' : 'succeeded',
        failed: failed.map((row) => ({
          name: row.name,
          cause: (row.sync_cause ?? undefined) as Cause | undefined,
          message: row.sync_message,
        })),
        latestSuccessAt: toDate(latest),
      };
    },
  };
}

function syncColumns(outcome: SyncOutcome): Updateable<RegistriesTable> {
  switch (outcome.status) {
    case 'running':
      return { sync_status: 'running' };
    case 'waiting':
      return { sync_status: 'queued', walk_started_at: outcome.walkStartedAt.getTime() };
    case 'succeeded':
      return {
        sync_status: 'succeeded',
        sync_cause: null,
        walk_started_at: null,
        sync_message: outcome.message,
        synced_at: outcome.at.getTime(),
        skipped: JSON.stringify(outcome.skipped),
      };
    case 'failed':
      return {
        sync_status: 'failed',
        sync_cause: outcome.cause,
        sync_message: outcome.message,
        walk_started_at: null,
      };
  }
}

function toRegistry(row: Selectable<RegistriesTable>): Registry {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    url: row.url,
    username: row.username,
    netType: row.net_type,
    region: row.region,
    version: row.version,
    instanceId: row.instance_id,
    insecure: row.insecure === 1,
    speedLimit: row.speed_limit,
    syncMode: row.sync_mode,
    needScan: row.need_scan === 1,
    webhookUrl: row.webhook_url,
    createdAt: new Date(row.created_at),
    connectionStatus: row.connection_status as ConnectionStatus,
    connectionCause: (row.connection_cause ?? undefined) as Cause | undefined,
    connectionCheckedAt: toDate(row.connection_checked_at),
    ...(row.connection_report === null ? {} : { connectionReport: readReport(row.connection_report) }),
    syncStatus: row.sync_status as SyncStatus,
    syncCause: (row.sync_cause ?? undefined) as Cause | undefined,
    syncMessage: row.sync_message,
    syncedAt: toDate(row.synced_at),
    walkStartedAt: toDate(row.walk_started_at),
    skipped: JSON.parse(row.skipped) as Registry['skipped'],
    ...(row.sync_choice === '{}' ? {} : { syncChoice: JSON.parse(row.sync_choice) as SyncChoice }),
  };
}

function readReport(text: string): ConnectionReport {
  const report = JSON.parse(text) as Omit<ConnectionReport, 'checkedAt'> & { readonly checkedAt: string };
  return { ...report, checkedAt: new Date(report.checkedAt) };
}

const isEverything = ({ include, exclude, newest }: SyncChoice) =>
  include.length === 0 && exclude.length === 0 && newest === undefined;
