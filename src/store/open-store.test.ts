import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DatabaseUnavailable } from './database-unavailable.ts';
import { openStore } from './open-store.ts';
import { createVault } from './vault.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-open-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (url: string) => openStore({ url, vault: createVault(Buffer.alloc(32, 7)), now: () => new Date() });

test('a PostgreSQL that is not there is told with its place and without its password', async () => {
  const opening = open('postgres://plimsoll:hunter2@127.0.0.1:1/inventory');

  await expect(opening).rejects.toThrow(DatabaseUnavailable);
  await expect(opening).rejects.toThrow(/127\.0\.0\.1:1\/inventory cannot be opened: connect ECONNREFUSED/);
  await expect(opening).rejects.not.toThrow(/hunter2/);
});

test('a name with several addresses is told by the first of its failures', () => {
  const refused = new AggregateError([new Error('connect ECONNREFUSED ::1:5432'), new Error('other')]);

  expect(new DatabaseUnavailable('postgres://localhost/x', refused).message).toBe(
    'The database localhost/x cannot be opened: connect ECONNREFUSED ::1:5432.',
  );
});

test('a folder that is not there, and a file that is no database, are told with their path', async () => {
  const file = join(folder, 'letter.txt');
  await writeFile(file, 'Dear database, '.repeat(1_000));

  await expect(open(`file:${join(folder, 'no/such/x.db')}`)).rejects.toThrow(
    /no\/such\/x\.db cannot be opened: unable/,
  );
  await expect(open(`file:${file}`)).rejects.toThrow(/letter\.txt cannot be opened: file is not a database/);
});

test('an engine that does not exist is told by its name', async () => {
  await expect(open('mysql://u:hunter2@db/x')).rejects.toThrow(/unknown database "mysql:"/);
  await expect(open('mysql://u:hunter2@db/x')).rejects.not.toThrow(/hunter2/);
});

test('a database of a newer version is left alone', async () => {
  const path = join(folder, 'newer.db');
  await (await open(`file:${path}`)).close();
  const database = new DatabaseSync(path);
  database.exec(`insert into kysely_migration (name, timestamp) values ('9999-from-the-future', '2030-01-01')`);
  database.exec(`update settings set value = '9999-from-the-future' where name = 'schema-works-from'`);
  database.close();

  await expect(open(`file:${path}`)).rejects.toThrow(/newer\.db cannot be opened: .*9999-from-the-future/);
});
