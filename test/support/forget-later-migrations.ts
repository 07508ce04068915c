import { addedCounters } from '../../src/store/image-counters.ts';
import { runSql } from './run-sql.ts';

/** Takes back what the migrations after 0019 made, for a test of what an earlier one does. */
export async function forgetLaterMigrations(url: string): Promise<void> {
  const statements = url.startsWith('file:') ? sqliteStatements : postgresStatements;
  for (const statement of [...statements, ...dropIndexes]) await runSql(url, statement);
  for (const { table } of addedCounters) await runSql(url, `drop table ${table}`);
  await runSql(url, 'alter table registries drop column sync_slot');
  await runSql(url, 'drop index runtime_images_by_containers');
}

const triggersOf = (name: string) => ['insert', 'delete', 'update'].map((act) => `drop trigger ${name}_${act}`);

const sqliteStatements = [
  'drop trigger repositories_delete',
  ...triggersOf('repository_search'),
  ...addedCounters.flatMap(({ table }) => triggersOf(table)),
  'drop table repository_search',
];

const postgresStatements = [
  'drop trigger repositories_delete on repositories',
  'drop function repositories_delete',
  'drop view repository_search',
  'drop index if exists repositories_by_address',
  'drop index repository_counts_by_repository',
  'drop index image_facets_by_registry',
];

const dropIndexes = [
  'images_latest_by_vulnerabilities',
  'images_latest_by_critical',
  'images_latest_by_high',
  'repositories_by_namespace',
].map((index) => `drop index ${index}`);
