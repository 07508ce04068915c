import type { SelectQueryBuilder } from 'kysely';
import type { Database } from './database.ts';
import type { Listed, Page } from './store.ts';
import type { Tables } from './tables.ts';

/** One call by a known key. */
export interface AuditEntry {
  readonly at: Date;
  readonly secretId: string;
  /** As it was called then. */
  readonly keyName: string;
  readonly action: string;
  /** JSON, without secrets. */
  readonly parameters: string;
  /** `ok`, or the code of the error. */
  readonly code: string;
  readonly requestId: string;
}

export interface AuditQuery extends Page {
  readonly from?: Date;
  readonly until?: Date;
  readonly secretId?: string;
  readonly action?: string;
}

/** Who changed what, and who was not allowed to. */
export interface AuditStore {
  record(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  list(query: AuditQuery): Promise<Listed<AuditEntry>>;
  /** Forgets what is older; returns how many entries. */
  forget(before: Date): Promise<number>;
}

export function createAuditStore({ read, write }: Database): AuditStore {
  return {
    record: async ({ at, secretId, keyName, action, parameters, code, requestId }) => {
      await write
        .insertInto('audit_log')
        .values({
          at: at.getTime(),
          secret_id: secretId,
          key_name: keyName,
          action,
          parameters,
          code,
          request_id: requestId,
        })
        .execute();
    },
    list: async (query) => {
      const chosen = choose(read.selectFrom('audit_log'), query);
      const { total } = await chosen.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
      const rows = await chosen
        .selectAll()
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .offset(query.offset)
        .limit(query.limit)
        .execute();
      return {
        total,
        rows: rows.map((row) => ({
          at: new Date(row.at),
          secretId: row.secret_id,
          keyName: row.key_name,
          action: row.action,
          parameters: row.parameters,
          code: row.code,
          requestId: row.request_id,
        })),
      };
    },
    forget: async (before) => {
      const forgotten = await write.deleteFrom('audit_log').where('at', '<', before.getTime()).executeTakeFirst();
      return Number(forgotten.numDeletedRows);
    },
  };
}

type AuditRows = SelectQueryBuilder<Tables, 'audit_log', object>;

function choose(from: AuditRows, { from: since, until, secretId, action }: AuditQuery): AuditRows {
  let chosen = from;
  if (since) chosen = chosen.where('at', '>=', since.getTime());
  if (until) chosen = chosen.where('at', '<=', until.getTime());
  if (secretId) chosen = chosen.where('secret_id', '=', secretId);
  if (action) chosen = chosen.where('action', '=', action);
  return chosen;
}
