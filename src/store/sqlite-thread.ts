import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { sqliteCodeOf } from './sqlite-code.ts';

// One connection in its own thread: node:sqlite is synchronous, and the event loop of the API must never wait for a disk.

/** What the thread is told at its start. */
export interface SqliteThreadData {
  readonly path: string;
  readonly readOnly: boolean;
}

export interface SqliteRequest {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export type SqliteReply =
  | { readonly id: number; readonly rows: unknown[]; readonly changes?: number; readonly insertId?: number }
  | { readonly id: number; readonly error: { readonly message: string; readonly code?: string } };

/** Of prepared SQL: inserts of many rows differ by their number of rows, and each character stands for fifty bytes of memory. */
const CHARACTERS_KEPT = 400_000;
const BUSY_TIMEOUT_MS = 15_000;

if (!parentPort) throw new Error('sqlite-thread runs as a worker thread');
const port = parentPort;
const { path, readOnly } = workerData as SqliteThreadData;
const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
if (!readOnly) database.exec('pragma journal_mode = wal');
database.exec('pragma synchronous = full; pragma temp_store = memory');
// Lists look at pages all over the file. Who writes touches most pages once, and would keep as many as it may: by a copy,
// and by a look at the file that counts as memory of this process, too.
database.exec(
  readOnly
    ? 'pragma cache_size = -65536; pragma mmap_size = 268435456; pragma query_only = on'
    : 'pragma cache_size = -16384; pragma mmap_size = 0',
);
// PostgreSQL has a function of this name from the first migration.
database.function('unicode_lower', { deterministic: true }, (text) =>
  typeof text === 'string' ? text.toLowerCase() : text,
);
const statements = new Map<string, StatementSync>();
let charactersKept = 0;

function prepare(sql: string): StatementSync {
  const known = statements.get(sql);
  if (known) {
    statements.delete(sql);
    statements.set(sql, known);
    return known;
  }
  const statement = database.prepare(sql);
  statements.set(sql, statement);
  charactersKept += sql.length;
  // The least recently used first; never the one in hand, however long it is.
  for (const oldest of statements.keys()) {
    if (charactersKept <= CHARACTERS_KEPT || oldest === sql) break;
    statements.delete(oldest);
    charactersKept -= oldest.length;
  }
  return statement;
}

function answer({ id, sql, parameters }: SqliteRequest): SqliteReply {
  try {
    const statement = prepare(sql);
    if (statement.columns().length > 0) return { id, rows: statement.all(...(parameters as SQLInputValue[])) };
    const { changes, lastInsertRowid } = statement.run(...(parameters as SQLInputValue[]));
    return { id, rows: [], changes: Number(changes), insertId: Number(lastInsertRowid) };
  } catch (error) {
    const { message, code, errcode } = error as Error & { code?: string; errcode?: number };
    const named = sqliteCodeOf(errcode) ?? code;
    return { id, error: { message, ...(named ? { code: named } : {}) } };
  }
}

port.on('message', (request: SqliteRequest | 'close') => {
  if (request === 'close') {
    database.close();
    port.close();
    return;
  }
  port.postMessage(answer(request));
});
