import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { createVault } from '../../src/store/vault.ts';
import { startPostgres } from './start-postgres.ts';

export const testVault = createVault(Buffer.alloc(32, 7));

/** A place to open fresh stores on one engine. */
export interface StoreEngine {
  readonly name: 'sqlite' | 'postgres';
  /** URL of a new, empty database. */
  freshUrl(): Promise<string>;
  stop(): Promise<void>;
}

export async function sqliteEngine(): Promise<StoreEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-store-'));
  let count = 0;
  return {
    name: 'sqlite',
    freshUrl: async () => `file:${join(folder, `${++count}.db`)}`,
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}

/** undefined, after a loud message, where PostgreSQL is not installed. */
export async function postgresEngine(): Promise<StoreEngine | undefined> {
  const server = await startPostgres();
  if (!server) return undefined;
  let count = 0;
  return {
    name: 'postgres',
    freshUrl: async () => {
      const name = `plimsoll_${++count}`;
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    stop: () => server.stop(),
  };
}

/** A store on a fresh database, with a clock that the test moves. */
export async function openTestStore(
  engine: StoreEngine,
  url?: string,
  options: { readonly authorizedImageLimit?: number } = {},
): Promise<{ store: Store; clock: { now: Date }; url: string }> {
  const clock = { now: new Date('2026-11-25T00:00:00Z') };
  const databaseUrl = url ?? (await engine.freshUrl());
  const store = await openStore({ url: databaseUrl, vault: testVault, now: () => clock.now, ...options });
  return { store, clock, url: databaseUrl };
}
