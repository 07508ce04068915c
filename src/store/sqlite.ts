import { Worker } from 'node:worker_threads';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  type SelectModifierNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { QueryTooSlow } from './query-too-slow.ts';
import type { SqliteReply, SqliteRequest, SqliteThreadData } from './sqlite-thread.ts';
import { storableParameter } from './storable-text.ts';

const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
/** Rows live until they are sent. */
const YOUNG_MB = 12;

export interface SqliteOptions extends SqliteThreadData {
  readonly connections: number;
  /** A query that takes longer ends as QueryTooSlow; absent: none does. */
  readonly querySeconds?: number;
}

/**
 * Kysely on `node:sqlite`, each connection in a thread of its own. WAL lets the readers go on while the one writer
 * commits; `synchronous=FULL` makes an acknowledged write survive a kill.
 */
export function sqliteDialect(options: SqliteOptions): Dialect {
  return {
    createAdapter: () => new TransactionalSqliteAdapter(),
    createDriver: () => new SqliteThreadDriver(options),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
    createQueryCompiler: () => new LocklessQueryCompiler(),
  };
}

/** Migrations run in one `begin immediate` transaction: a second starting process waits, then finds them done. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

const rowLocks: readonly SelectModifierNode['modifier'][] = [
  'ForUpdate',
  'ForNoKeyUpdate',
  'ForShare',
  'ForKeyShare',
  'NoWait',
  'SkipLocked',
];

/** One writer has the whole database to itself: the row locks that PostgreSQL needs are left out. */
class LocklessQueryCompiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (node.modifier === undefined || !rowLocks.includes(node.modifier)) super.visitSelectModifier(node);
  }

  protected override addParameter(parameter: unknown): void {
    super.addParameter(storableParameter(parameter));
  }
}

class SqliteThreadDriver implements Driver {
  readonly #options: SqliteOptions;
  readonly #all = new Set<SqliteThreadConnection>();
  /** Given up, and still at work on what was too slow. */
  readonly #lost = new Set<SqliteThreadConnection>();
  readonly #free: SqliteThreadConnection[] = [];
  readonly #waiting: ((connection: SqliteThreadConnection) => void)[] = [];

  constructor(options: SqliteOptions) {
    this.#options = options;
  }

  async init(): Promise<void> {}

  /** A thread takes a tenth of a second to start: one is started when all the others are busy. */
  async acquireConnection(): Promise<DatabaseConnection> {
    const free = this.#free.pop();
    if (free) return free;
    if (this.#lost.size >= MOST_LOST) throw new QueryTooSlow(this.#options.querySeconds ?? 0);
    if (this.#all.size < this.#options.connections) return this.#open();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (!(connection instanceof SqliteThreadConnection)) return;
    const usable = connection.isLost ? this.#replace(connection) : connection;
    const next = this.#waiting.shift();
    if (next) next(usable);
    else this.#free.push(usable);
  }

  #open(): SqliteThreadConnection {
    const connection = new SqliteThreadConnection(this.#options);
    this.#all.add(connection);
    return connection;
  }

  #replace(lost: SqliteThreadConnection): SqliteThreadConnection {
    this.#all.delete(lost);
    this.#lost.add(lost);
    void lost.ended.then(() => this.#lost.delete(lost));
    return this.#open();
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await execute(connection, this.#options.readOnly ? 'begin' : 'begin immediate');
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await execute(connection, 'commit');
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // After some errors, such as a full disk, SQLite has rolled back by itself; the first error is the one to tell.
    await execute(connection, 'rollback').catch(() => {});
  }

  async destroy(): Promise<void> {
    await Promise.all([...this.#all].map((connection) => connection.close()));
  }
}

async function execute(connection: DatabaseConnection, sql: string): Promise<void> {
  if (connection instanceof SqliteThreadConnection) await connection.run(sql, []);
}

/** More threads that nobody waits for would take all processors: whoever asks then is told so at once. */
const MOST_LOST = 4;

interface Pending {
  readonly resolve: (reply: Extract<SqliteReply, { rows: unknown[] }>) => void;
  readonly reject: (error: Error) => void;
}

class SqliteThreadConnection implements DatabaseConnection {
  readonly #worker: Worker;
  readonly #querySeconds: number | undefined;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #dead: Error | undefined;

  constructor({ path, readOnly, querySeconds }: SqliteOptions) {
    const data: SqliteThreadData = { path, readOnly };
    this.#querySeconds = querySeconds;
    this.#worker = new Worker(new URL(`./sqlite-thread${extension}`, import.meta.url), {
      workerData: data,
      name: 'sqlite',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    this.#worker.unref();
    this.ended = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.on('message', (reply: SqliteReply) => this.#settle(reply));
    this.#worker.on('error', (error: Error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the database is closed')));
  }

  /** Settles when the thread is gone. */
  readonly ended: Promise<void>;

  get isLost(): boolean {
    return this.#dead !== undefined;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const reply = await this.#inTime(this.run(query.sql, query.parameters));
    return {
      rows: reply.rows as R[],
      ...(reply.changes === undefined ? {} : { numAffectedRows: BigInt(reply.changes) }),
      ...(reply.insertId === undefined ? {} : { insertId: BigInt(reply.insertId) }),
    };
  }

  // biome-ignore lint/correctness/useYield: node:sqlite iterators cannot cross threads; lists are paged instead.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming queries are not supported on SQLite: page instead');
  }

  run(sql: string, parameters: readonly unknown[]): Promise<Extract<SqliteReply, { rows: unknown[] }>> {
    if (this.#dead) return Promise.reject(this.#dead);
    const request: SqliteRequest = { id: ++this.#lastId, sql, parameters };
    return new Promise((resolve, reject) => {
      if (this.#pending.size === 0) this.#worker.ref();
      this.#pending.set(request.id, { resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  /** Nobody can interrupt SQLite from outside of its thread: the thread is left to end by itself, and another takes its place. */
  async #inTime<T>(running: Promise<T>): Promise<T> {
    const seconds = this.#querySeconds;
    if (seconds === undefined) return running;
    const timer = setTimeout(() => {
      this.#fail(new QueryTooSlow(seconds));
      void this.#worker.terminate();
    }, seconds * 1_000);
    try {
      return await running;
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    if (this.#dead) return;
    const closed = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.ref();
    this.#worker.postMessage('close');
    await closed;
  }

  #settle(reply: SqliteReply): void {
    const pending = this.#pending.get(reply.id);
    if (!pending) return;
    this.#pending.delete(reply.id);
    if (this.#pending.size === 0) this.#worker.unref();
    if ('error' in reply) pending.reject(Object.assign(new Error(reply.error.message), { code: reply.error.code }));
    else pending.resolve(reply);
  }

  #fail(error: Error): void {
    this.#dead ??= error;
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }
}
