import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { createVault } from '../../src/store/vault.ts';
import { openTemplateDatabases } from './open-template-databases.ts';
import { createDatabase, dropDatabases, POSTGRES_TEMPLATE } from './template-databases.ts';

export const testVault = createVault(Buffer.alloc(32, 7));

/** A place to open fresh stores on one engine. */
export interface StoreEngine {
  readonly name: 'sqlite' | 'postgres';
  /** URL of a new, empty database. */
  freshUrl(): Promise<string>;
  /** URL of a new database that has the tables of today, empty. */
  migratedUrl(): Promise<string>;
  stop(): Promise<void>;
}

export async function sqliteEngine(): Promise<StoreEngine> {
  const templates = openTemplateDatabases();
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-store-'));
  let count = 0;
  const newPath = () => join(folder, `${++count}.db`);
  return {
    name: 'sqlite',
    freshUrl: async () => `file:${newPath()}`,
    migratedUrl: async () => {
      const path = newPath();
      await copyFile(await templates.sqlite(), path);
      return `file:${path}`;
    },
    stop: async () => {
      await rm(folder, { recursive: true, force: true });
      await templates.stop();
    },
  };
}

/** undefined, after a loud message, where PostgreSQL is not installed. */
export async function postgresEngine(): Promise<StoreEngine | undefined> {
  const templates = openTemplateDatabases();
  const serverUrl = await templates.postgres();
  if (serverUrl === undefined) return undefined;
  const prefix = `plimsoll_${randomBytes(6).toString('hex')}`; // other files of the run use the same server
  const names: string[] = [];
  const newName = () => `${prefix}_${names.length + 1}`;
  const create = async (template?: string) => {
    const name = newName();
    names.push(name);
    return createDatabase(serverUrl, name, template);
  };
  return {
    name: 'postgres',
    freshUrl: () => create(),
    migratedUrl: () => create(POSTGRES_TEMPLATE),
    stop: async () => {
      await dropDatabases(serverUrl, names);
      await templates.stop();
    },
  };
}

/** A store on a fresh database, with a clock that the test moves. */
export async function openTestStore(
  engine: StoreEngine,
  url?: string,
  options: { readonly authorizedImageLimit?: number } = {},
): Promise<{ store: Store; clock: { now: Date }; url: string }> {
  const clock = { now: new Date('2026-11-25T00:00:00Z') };
  const databaseUrl = url ?? (await engine.migratedUrl());
  const store = await openStore({ url: databaseUrl, vault: testVault, now: () => clock.now, ...options });
  return { store, clock, url: databaseUrl };
}
