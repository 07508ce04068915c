import { type SelectQueryBuilder, sql } from 'kysely';
import {
  type AuthorizationOutcome,
  type AuthorizationRequest,
  type AuthorizationType,
  authorizeImages,
  countAuthorized,
} from './authorize-images.ts';
import type { Database } from './database.ts';
import type { Listed, Page } from './store.ts';
import type { Tables } from './tables.ts';

/** What became of the images of one task: all authorised, some, or none. */
export type AuthorizationResult = 'all' | 'some' | 'none';

/** The authorisations of one day and one type. */
export interface AuthorizationTask {
  readonly id: number;
  readonly type: AuthorizationType;
  /** `YYYY-MM-DD`, UTC. */
  readonly date: string;
  readonly lastAt: Date;
  readonly succeeded: number;
  readonly refused: number;
}

export interface AuthorizationTaskQuery extends Page {
  readonly from: Date;
  readonly until: Date;
  readonly types?: readonly AuthorizationType[];
  readonly results?: readonly AuthorizationResult[];
}

export interface AuthorizationLogEntry {
  readonly imageId: string;
  /** `host/path:tag` */
  readonly name: string;
  readonly at: Date;
  readonly authorized: boolean;
}

export interface AuthorizationLogQuery extends Page {
  readonly taskId: number;
  readonly authorized?: readonly boolean[];
  readonly direction: 'asc' | 'desc';
}

export interface AuthorizationUsage {
  readonly authorized: number;
  readonly notAuthorized: number;
  /** Absent: as many as there are. */
  readonly limit?: number;
  /** Authorised rows beyond the first of the same content. */
  readonly repeated: number;
}

/** Which images may be scanned, and who decided it when. */
export interface AuthorizationStore {
  authorize(request: AuthorizationRequest): Promise<AuthorizationOutcome>;
  usage(): Promise<AuthorizationUsage>;
  /** Newest first. */
  tasks(query: AuthorizationTaskQuery): Promise<Listed<AuthorizationTask>>;
  /** undefined for an unknown task. */
  log(query: AuthorizationLogQuery): Promise<Listed<AuthorizationLogEntry> | undefined>;
}

/** No row has it: PostgreSQL knows no empty list. */
const NONE = -1;

const results: Readonly<Record<AuthorizationResult, ReturnType<typeof sql<boolean>>>> = {
  all: sql<boolean>`refused = 0`,
  some: sql<boolean>`(refused > 0 and succeeded > 0)`,
  none: sql<boolean>`(refused > 0 and succeeded = 0)`,
};

/** `limit`: how many images may be authorised in all; undefined = no limit. */
export function createAuthorizationStore(
  { engine, read, transaction }: Database,
  now: () => Date,
  limit: number | undefined,
): AuthorizationStore {
  return {
    authorize: (request) => transaction((trx) => authorizeImages(trx, engine, request, limit, now())),
    usage: async () => {
      const { total, repeated } = await read
        .selectFrom('images')
        .select(({ fn }) => [
          fn.countAll<number>().as('total'),
          sql<number>`sum(authorized) - count(distinct case when authorized = 1 then image_id end)`.as('repeated'),
        ])
        .executeTakeFirstOrThrow();
      const authorized = await countAuthorized(read);
      return {
        authorized,
        notAuthorized: total - authorized,
        repeated: Number(repeated ?? 0),
        ...(limit === undefined ? {} : { limit }),
      };
    },
    tasks: async (query) => {
      const chosen = chooseTasks(read.selectFrom('authorization_tasks'), query);
      const { total } = await chosen.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
      const rows = await chosen
        .selectAll()
        .orderBy('last_at', 'desc')
        .orderBy('id', 'desc')
        .offset(query.offset)
        .limit(query.limit)
        .execute();
      return {
        total,
        rows: rows.map(({ last_at, type, ...row }) => ({
          ...row,
          type: type as AuthorizationType,
          lastAt: new Date(last_at),
        })),
      };
    },
    log: async ({ taskId, authorized, direction, offset, limit: rowLimit }) => {
      const task = await read
        .selectFrom('authorization_tasks')
        .select('id')
        .where('id', '=', taskId)
        .executeTakeFirst();
      if (!task) return undefined;
      let chosen = read.selectFrom('authorization_log').where('task_id', '=', taskId);
      if (authorized) chosen = chosen.where('authorized', 'in', [NONE, ...authorized.map(Number)]);
      const { total } = await chosen.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
      const rows = await chosen
        .selectAll()
        .orderBy('at', direction)
        .orderBy('id', direction)
        .offset(offset)
        .limit(rowLimit)
        .execute();
      return {
        total,
        rows: rows.map((row) => ({
          imageId: row.config_digest,
          name: row.name,
          at: new Date(row.at),
          authorized: row.authorized === 1,
        })),
      };
    },
  };
}

function chooseTasks(
  from: SelectQueryBuilder<Tables, 'authorization_tasks', object>,
  query: AuthorizationTaskQuery,
): SelectQueryBuilder<Tables, 'authorization_tasks', object> {
  let chosen = from.where('last_at', '>=', query.from.getTime()).where('last_at', '<=', query.until.getTime());
  if (query.types) chosen = chosen.where('type', 'in', [String(NONE), ...query.types]);
  const wanted = query.results;
  if (wanted) chosen = chosen.where((eb) => eb.or(wanted.map((result) => results[result])));
  return chosen;
}
