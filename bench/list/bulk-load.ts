import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import pg from 'pg';
import type { Rows } from './estate-rows.ts';

/**
 * Writes rows into the migrated, empty tables of a store, as fast as an engine can: indexes are made again at the end. Triggers
 * work as ever. `url` as in `openDatabase`.
 */
export async function bulkLoad(url: string, all: Iterable<Rows>): Promise<void> {
  if (url.startsWith('file:')) loadSqlite(url.slice('file:'.length), all);
  else await loadPostgres(url, all);
}

function loadSqlite(path: string, all: Iterable<Rows>): void {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = off; pragma cache_size = -524288; pragma temp_store = memory',
  );
  const indexes = database
    .prepare(`select name, sql from sqlite_master where type = 'index' and sql is not null`)
    .all() as { name: string; sql: string }[];
  database.exec('begin');
  for (const { name } of indexes) database.exec(`drop index ${name}`);
  for (const { table, rows } of all) {
    const columns = Object.keys(rows[0] ?? {});
    if (columns.length === 0) continue;
    const places = columns.map(() => '?').join(', ');
    const insert = database.prepare(`insert into ${table} (${columns.join(', ')}) values (${places})`);
    for (const row of rows) insert.run(...inOrder(row, columns));
  }
  for (const { sql } of indexes) database.exec(sql);
  database.exec('commit; pragma wal_checkpoint(truncate)');
  database.close();
}

const inOrder = (row: object, columns: readonly string[]): readonly SQLInputValue[] =>
  columns.map((column) => (row as Readonly<Record<string, SQLInputValue>>)[column] ?? null);

async function loadPostgres(url: string, all: Iterable<Rows>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`set maintenance_work_mem = '512MB'`);
    const indexes = await client.query<{ name: string; sql: string }>(`
      select indexname as name, indexdef as sql from pg_indexes where schemaname = 'public'
        and indexname not in (select conname from pg_constraint)`);
    await client.query('begin');
    for (const { name } of indexes.rows) await client.query(`drop index ${name}`);
    const tables = new Set<string>();
    for (const { table, rows } of all) {
      tables.add(table);
      const columns = Object.keys(rows[0] ?? {}).join(', ');
      if (columns.length === 0) continue;
      await client.query(
        `insert into ${table} (${columns}) overriding system value
          select ${columns} from json_populate_recordset(null::${table}, $1)`,
        [JSON.stringify(rows)],
      );
    }
    for (const { sql } of indexes.rows) await client.query(sql);
    for (const table of tables) await client.query(continueIds(table));
    await client.query('commit');
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

/** The next id that the database gives out follows the greatest there is. */
const continueIds = (table: string): string => `do $$ declare of_column text; begin
  select column_name into of_column from information_schema.columns
    where table_schema = 'public' and table_name = '${table}' and is_identity = 'YES';
  if of_column is not null then
    execute format('select setval(pg_get_serial_sequence(%L, %L), (select max(%I) from ${table}))', '${table}', of_column, of_column);
  end if;
end $$`;
