import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openStore } from '../../src/store/open-store.ts';
import { createVault } from '../../src/store/vault.ts';
import { startPostgres } from './start-postgres.ts';

/** Databases with an empty schema of today, to be copied: a copy costs a tenth of running every migration. */
export interface TemplateDatabases {
  /** Path of a file that no process has open. */
  sqlite(): Promise<string>;
  /**
   * URL of a server that has a database `plimsoll_template` and whose user may create others; undefined, said loudly,
   * where PostgreSQL is not installed.
   */
  postgres(): Promise<string | undefined>;
  stop(): Promise<void>;
}

export const POSTGRES_TEMPLATE = 'plimsoll_template';

/** Each is made when it is asked for first. */
export function createTemplateDatabases(): TemplateDatabases {
  let sqlite: Promise<SqliteTemplate> | undefined;
  let postgres: ReturnType<typeof makePostgres> | undefined;
  return {
    sqlite: async () => {
      sqlite ??= makeSqlite();
      return (await sqlite).path;
    },
    postgres: async () => {
      postgres ??= makePostgres();
      return (await postgres)?.url;
    },
    stop: async () => {
      await (await sqlite)?.remove();
      await (await postgres)?.stop();
    },
  };
}

interface SqliteTemplate {
  readonly path: string;
  remove(): Promise<void>;
}

async function makeSqlite(): Promise<SqliteTemplate> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-template-'));
  const path = join(folder, 'template.db');
  await migrateOnce(`file:${path}`);
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function makePostgres(): ReturnType<typeof startPostgres> {
  const server = await startPostgres();
  if (!server) return undefined;
  await createDatabase(server.url, POSTGRES_TEMPLATE);
  await migrateOnce(databaseUrl(server.url, POSTGRES_TEMPLATE));
  return server;
}

async function migrateOnce(url: string): Promise<void> {
  const store = await openStore({ url, vault: createVault(Buffer.alloc(32)), now: () => new Date() });
  await store.close();
}

/** Creates a database, a copy of another where one is named, and returns its URL. */
export async function createDatabase(serverUrl: string, name: string, template = 'template1'): Promise<string> {
  // Copied as files and not through the log, as PostgreSQL does by itself: a third of the processor time.
  await query(serverUrl, `create database ${name} template ${template} strategy file_copy`);
  return databaseUrl(serverUrl, name);
}

export async function dropDatabases(serverUrl: string, names: readonly string[]): Promise<void> {
  await query(serverUrl, ...names.map((name) => `drop database if exists ${name} with (force)`));
}

async function query(serverUrl: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
