import { type Selectable, sql, type Transaction } from 'kysely';
import type { ExportFailure, ExportStatus } from '../model/export.ts';
import type { Language } from '../model/language.ts';
import type { Database } from './database.ts';
import type { ExportSelection } from './export-query.ts';
import type { Export, ExportColumn, ExportOutcome, ExportStore } from './export-store.ts';
import { toDate } from './image-rows.ts';
import type { ExportsTable, Tables } from './tables.ts';

type Write = Transaction<Tables>;

const HOUR_MS = 3_600_000;
/** As documented: the file can be fetched for an hour after it was asked for. */
const LIFETIME_MS = HOUR_MS;
/** A download that began in time may end. */
const GRACE_MS = HOUR_MS / 4;
const FORGOTTEN_AFTER_MS = 7 * 24 * HOUR_MS;

/** Bounds what one client can pile up: exports under way, and bytes of files that have not expired. */
const MOST_RUNNING = 50;
const MOST_BYTES_KEPT = 4 * 1024 ** 3;

/** Pieces are up to half a MiB; so many are deleted in one transaction. */
const CHUNKS_PER_DELETE = 32;

export function createExportStore({ read, write, transaction }: Database, now: () => Date): ExportStore {
  const get: ExportStore['get'] = async (id) => {
    const row = await read.selectFrom('exports').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toExport(row);
  };
  return {
    get,
    create: (wanted) =>
      transaction(async (trx) => {
        const at = now().getTime();
        if (await isFull(trx, at)) return undefined;
        const row = await trx
          .insertInto('exports')
          .values({
            kind: wanted.selection.kind,
            selection: JSON.stringify(wanted.selection),
            columns: JSON.stringify(wanted.columns),
            format: wanted.format,
            language: wanted.language,
            status: 'running',
            progress: 0,
            attempt: 0,
            failure_detail: '',
            created_by: wanted.createdBy,
            created_at: at,
            expires_at: at + LIFETIME_MS,
            bytes: 0,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        await trx
          .insertInto('jobs')
          .values({ kind: 'export', export_id: row.id, attempt: 0, available_at: at })
          .execute();
        return toExport(row);
      }),
    list: async ({ statuses, direction, offset, limit }) => {
      let matching = read.selectFrom('exports');
      if (statuses) matching = matching.where('status', 'in', ['', ...statuses]);
      const { total } = await matching.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
      const rows = await matching
        .selectAll()
        .orderBy('created_at', direction)
        .orderBy('id', direction)
        .offset(offset)
        .limit(limit)
        .execute();
      return { total, rows: rows.map(toExport) };
    },
    chunk: async (id, sequence) => {
      const row = await read
        .selectFrom('export_chunks')
        .innerJoin('exports', (join) =>
          join.onRef('exports.id', '=', 'export_id').onRef('exports.attempt', '=', 'export_chunks.attempt'),
        )
        .select('export_chunks.bytes')
        .where('export_id', '=', id)
        .where('sequence', '=', sequence)
        .where('exports.status', '=', 'succeeded')
        .executeTakeFirst();
      return row?.bytes;
    },
    end: (id, failure) => transaction((trx) => end(trx, id, failure, now())),
    begin: async (id) => {
      const row = await write
        .updateTable('exports')
        .set((eb) => ({ attempt: eb('attempt', '+', 1), progress: 0, bytes: 0 }))
        .where('id', '=', id)
        .where('status', '=', 'running')
        .where('expires_at', '>', now().getTime())
        .returningAll()
        .executeTakeFirst();
      return row && { entry: toExport(row), attempt: row.attempt };
    },
    addChunk: (id, attempt, sequence, bytes, progress) =>
      transaction(async (trx) => {
        const ours = await trx
          .updateTable('exports')
          .set((eb) => ({ progress, bytes: eb('bytes', '+', bytes.byteLength) }))
          .where('id', '=', id)
          .where('attempt', '=', attempt)
          .where('status', '=', 'running')
          .executeTakeFirst();
        if (ours.numUpdatedRows === 0n) return false;
        await trx.insertInto('export_chunks').values({ export_id: id, attempt, sequence, bytes }).execute();
        return true;
      }),
    finish: async (id, attempt, outcome) => {
      await write
        .updateTable('exports')
        .set({ ...outcomeColumns(outcome), finished_at: now().getTime() })
        .where('id', '=', id)
        .where('attempt', '=', attempt)
        .where('status', '=', 'running')
        .execute();
    },
    expire: async () => {
      const at = now().getTime();
      await transaction(async (trx) => {
        const late = await trx
          .selectFrom('exports')
          .select('id')
          .where('status', '=', 'running')
          .where('expires_at', '<=', at)
          .execute();
        for (const { id } of late) await end(trx, id, { cause: 'expired', detail: '' }, now());
      });
      while ((await deleteChunks(at)) === CHUNKS_PER_DELETE);
      await write
        .deleteFrom('exports')
        .where('expires_at', '<=', at - FORGOTTEN_AFTER_MS)
        .execute();
    },
  };

  /** Pieces of failed exports, of attempts that were given up, and of files whose time is over. */
  async function deleteChunks(at: number): Promise<number> {
    const unwanted = await read
      .selectFrom('export_chunks')
      .innerJoin('exports', 'exports.id', 'export_id')
      .select(['export_id', 'export_chunks.attempt', 'sequence'])
      .where((eb) =>
        eb.or([
          eb('exports.status', '=', 'failed'),
          eb('exports.attempt', '<>', eb.ref('export_chunks.attempt')),
          eb('exports.expires_at', '<=', at - GRACE_MS),
        ]),
      )
      .limit(CHUNKS_PER_DELETE)
      .execute();
    if (unwanted.length === 0) return 0;
    await write
      .deleteFrom('export_chunks')
      .where((eb) =>
        eb.or(
          unwanted.map((chunk) =>
            eb.and({ export_id: chunk.export_id, attempt: chunk.attempt, sequence: chunk.sequence }),
          ),
        ),
      )
      .execute();
    return unwanted.length;
  }
}

async function isFull(trx: Write, at: number): Promise<boolean> {
  const { running, kept } = await trx
    .selectFrom('exports')
    .select([
      sql<number | null>`sum(case when status = 'running' then 1 else 0 end)`.as('running'),
      sql<number | null>`sum(bytes)`.as('kept'),
    ])
    .where('status', 'in', ['running', 'succeeded'])
    .where('expires_at', '>', at)
    .executeTakeFirstOrThrow();
  return (running ?? 0) >= MOST_RUNNING || (kept ?? 0) >= MOST_BYTES_KEPT;
}

/** Ends a running export that its worker does not end: the worker finds its job gone and stops. */
async function end(trx: Write, id: number, failure: NonNullable<Export['failure']>, at: Date): Promise<boolean> {
  const ended = await trx
    .updateTable('exports')
    .set({ ...outcomeColumns({ status: 'failed', ...failure }), finished_at: at.getTime() })
    .where('id', '=', id)
    .where('status', '=', 'running')
    .executeTakeFirst();
  if (ended.numUpdatedRows === 0n) return false;
  await trx.deleteFrom('jobs').where('export_id', '=', id).execute();
  return true;
}

const MAX_DETAIL = 500;

const outcomeColumns = (outcome: ExportOutcome) =>
  outcome.status === 'succeeded'
    ? { status: outcome.status, progress: 100, row_count: outcome.rows }
    : { status: outcome.status, failure_cause: outcome.cause, failure_detail: outcome.detail.slice(0, MAX_DETAIL) };

const toExport = (row: Selectable<ExportsTable>): Export => ({
  id: row.id,
  selection: JSON.parse(row.selection) as ExportSelection,
  columns: JSON.parse(row.columns) as ExportColumn[],
  format: row.format,
  language: row.language as Language,
  status: row.status as ExportStatus,
  progress: row.progress,
  ...(row.failure_cause === null
    ? {}
    : { failure: { cause: row.failure_cause as ExportFailure, detail: row.failure_detail } }),
  createdBy: row.created_by,
  createdAt: new Date(row.created_at),
  finishedAt: toDate(row.finished_at),
  expiresAt: new Date(row.expires_at),
  ...(row.row_count === null ? {} : { rows: row.row_count }),
  bytes: row.bytes,
});
