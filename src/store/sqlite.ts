import { Worker } from 'node:worker_threads';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type Kysely,
  type QueryResult,
  type SelectModifierNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { ConnectionFigures, CountedDialect } from './connection-figures.ts';
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
export function sqliteDialect(options: SqliteOptions): CountedDialect {
  const driver = new SqliteThreadDriver(options);
  return {
    figures: () => driver.figures(),
    createAdapter: () => new ThreadedSqliteAdapter(),
    createDriver: () => driver,
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
    createQueryCompiler: () => new LocklessQueryCompiler(),
  };
}

/** Migrations run in one `begin immediate` transaction: a second starting process waits, then finds them done. */
class ThreadedSqliteAdapter extends SqliteAdapter {
  /** Otherwise Kysely lets one query at a time through, and none any more after one has been refused a connection. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }

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
  readonly #waiting: PromiseWithResolvers<DatabaseConnection>[] = [];

  constructor(options: SqliteOptions) {
    this.#options = options;
  }

  async init(): Promise<void> {}

  figures(): ConnectionFigures {
    const [all, idle] = [this.#all.size, this.#free.length];
    return { busy: all - idle, idle, waiting: this.#waiting.length, abandoned: this.#lost.size };
  }

  /** A thread takes a tenth of a second to start: one is started when all the others are busy. */
  async acquireConnection(): Promise<DatabaseConnection> {
    const free = this.#free.pop();
    if (free) return free;
    if (this.#mayOpen()) return this.#open();
    if (this.#all.size === 0) throw this.#nobodyLeft();
    const waiting = Promise.withResolvers<DatabaseConnection>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (!(connection instanceof SqliteThreadConnection)) return;
    if (connection.isLost) this.#lose(connection);
    else this.#offer(connection);
  }

  #offer(connection: SqliteThreadConnection): void {
    const next = this.#waiting.shift();
    if (next) next.resolve(connection);
    else this.#free.push(connection);
  }

  #mayOpen(): boolean {
    return (
      this.#all.size < this.#options.connections &&
      this.#all.size + this.#lost.size < this.#options.connections + MOST_LOST
    );
  }

  #open(): SqliteThreadConnection {
    const connection = new SqliteThreadConnection(this.#options);
    this.#all.add(connection);
    return connection;
  }

  #lose(lost: SqliteThreadConnection): void {
    this.#all.delete(lost);
    this.#lost.add(lost);
    void lost.ended.then(() => {
      this.#lost.delete(lost);
      this.#serveWaiting();
    });
    this.#serveWaiting();
    if (this.#all.size === 0) for (const { reject } of this.#waiting.splice(0)) reject(this.#nobodyLeft());
  }

  #serveWaiting(): void {
    while (this.#waiting.length > 0 && this.#mayOpen()) this.#offer(this.#open());
  }

  #nobodyLeft(): QueryTooSlow {
    const seconds = this.#options.querySeconds ?? 0;
    const what = `all ${this.#lost.size} threads that read the database are still at work on queries of more than ${seconds} s`;
    return new QueryTooSlow(seconds, what);
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

/**
 * More threads that nobody waits for would take all processors. So many are replaced; the next ones are missed until one has
 * ended, and when none is left whoever asks is told so at once.
 */
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
