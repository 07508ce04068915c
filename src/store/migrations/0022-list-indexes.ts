import { type Kysely, sql } from 'kysely';
import type { Engine } from '../database.ts';

/** What lists of a million images look up: the latest by their worst, repositories by namespace and by a part of their address. */
export async function addListIndexes(db: Kysely<unknown>, engine: Engine): Promise<void> {
  for (const statement of [...indexes(engine), ...(engine === 'sqlite' ? sqliteSearch : postgresSearch)]) {
    await sql.raw(statement).execute(db);
  }
}

const ranked = ['vulnerabilities', 'critical', 'high'];

const indexes = (engine: Engine): readonly string[] => [
  ...ranked.map(
    (column) => `create index images_latest_by_${column}
      on images (${engine === 'sqlite' ? column : `${column} nulls first`}, id) where latest = 1`,
  ),
  'create index repositories_by_namespace on repositories (namespace)',
];

// `select rowid from repository_search where address like '%…%'` reads the same on both engines, and is an index on both: an address
// holds the name and the namespace, so that one will do for all three.
const sqliteSearch = [
  `create virtual table repository_search using fts5(address, content = 'repositories', content_rowid = 'id', tokenize = 'trigram')`,
  `insert into repository_search (repository_search) values ('rebuild')`,
  `create trigger repository_search_insert after insert on repositories begin
    insert into repository_search (rowid, address) values (new.id, new.address); end`,
  `create trigger repository_search_delete after delete on repositories begin
    insert into repository_search (repository_search, rowid, address) values ('delete', old.id, old.address); end`,
  `create trigger repository_search_update after update of address on repositories when old.address <> new.address begin
    insert into repository_search (repository_search, rowid, address) values ('delete', old.id, old.address);
    insert into repository_search (rowid, address) values (new.id, new.address); end`,
];

// The extension comes with PostgreSQL but may not be installed, or not be allowed: then every repository is looked at.
const postgresSearch = [
  `do $do$ begin
    create extension if not exists pg_trgm;
    create index repositories_by_address on repositories using gin (lower(address) gin_trgm_ops);
  exception when others then
    raise notice 'no index for parts of names: %', sqlerrm;
  end $do$`,
  'create view repository_search as select id as rowid, lower(address) as address from repositories',
];
