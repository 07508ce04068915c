import { sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Database, Engine } from './database.ts';
import { initial } from './migrations/0001-initial.ts';
import { addExports } from './migrations/0002-exports.ts';
import { addVulnerabilityLists } from './migrations/0003-vulnerability-lists.ts';
import { addMalwareAndRisks } from './migrations/0004-malware-and-risks.ts';
import { addAuthorizations } from './migrations/0005-authorizations.ts';
import { addScanSchedule } from './migrations/0006-scan-schedule.ts';
import { addKeysAndAudit } from './migrations/0007-keys-and-audit.ts';
import { addPackageFacts } from './migrations/0008-package-facts.ts';
import { addMatchChanges } from './migrations/0009-match-changes.ts';
import { addScanKinds } from './migrations/0010-scan-kinds.ts';
import { addJobDelivery } from './migrations/0013-job-delivery.ts';
import { addBudgets } from './migrations/0015-budgets.ts';
import { addEvents } from './migrations/0016-events.ts';
import { addRunning } from './migrations/0017-running.ts';
import { addTrustAndPatterns } from './migrations/0018-trust-and-patterns.ts';
import { addSharedAdvisories } from './migrations/0019-shared-advisories.ts';
import { addListCounters } from './migrations/0020-list-counters.ts';
import { addListIndexes } from './migrations/0022-list-indexes.ts';

const migrations: Readonly<Record<string, (engine: Engine) => Migration>> = {
  '0001-initial': (engine) => ({ up: (db) => initial(db, engine) }),
  '0002-exports': (engine) => ({ up: (db) => addExports(db, engine) }),
  '0003-vulnerability-lists': (engine) => ({ up: (db) => addVulnerabilityLists(db, engine) }),
  '0004-malware-and-risks': () => ({ up: (db) => addMalwareAndRisks(db) }),
  '0005-authorizations': (engine) => ({ up: (db) => addAuthorizations(db, engine) }),
  '0006-scan-schedule': () => ({ up: (db) => addScanSchedule(db) }),
  '0007-keys-and-audit': (engine) => ({ up: (db) => addKeysAndAudit(db, engine) }),
  '0008-package-facts': () => ({ up: (db) => addPackageFacts(db) }),
  '0009-match-changes': (engine) => ({ up: (db) => addMatchChanges(db, engine) }),
  '0010-scan-kinds': () => ({ up: (db) => addScanKinds(db) }),
  '0013-job-delivery': () => ({ up: (db) => addJobDelivery(db) }),
  '0015-budgets': (engine) => ({ up: (db) => addBudgets(db, engine) }),
  '0016-events': () => ({ up: (db) => addEvents(db) }),
  '0017-running': () => ({ up: (db) => addRunning(db) }),
  '0018-trust-and-patterns': () => ({ up: (db) => addTrustAndPatterns(db) }),
  '0019-shared-advisories': (engine) => ({ up: (db) => addSharedAdvisories(db, engine) }),
  '0020-list-counters': (engine) => ({ up: (db) => addListCounters(db, engine) }),
  '0022-list-indexes': (engine) => ({ up: (db) => addListIndexes(db, engine) }),
};

/**
 * Brings the schema up to date. Two starting processes cannot both run a migration: PostgreSQL takes an advisory
 * lock, SQLite runs the whole act in one `begin immediate` transaction.
 */
export async function migrate(database: Database): Promise<void> {
  if (await isUpToDate(database)) return;
  const migrator = new Migrator({
    db: database.write,
    provider: {
      getMigrations: async () =>
        Object.fromEntries(Object.entries(migrations).map(([name, migration]) => [name, migration(database.engine)])),
    },
  });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

/** One query, against the dozen of a migrator that finds nothing to do: every start of a command pays it. */
async function isUpToDate(database: Database): Promise<boolean> {
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(
      database.write,
    );
    return rows.map(({ name }) => name).join() === Object.keys(migrations).join();
  } catch {
    return false; // an empty database has no such table; whatever else is wrong, the migrator will tell
  }
}

/** Migrations that a database still lacks, by name; all of them where it is empty. Changes nothing. */
export async function pendingMigrations(database: Database): Promise<readonly string[]> {
  await sql`select 1`.execute(database.read); // whether it can be reached at all
  const done = await sql<{ name: string }>`select name from kysely_migration`.execute(database.read).then(
    ({ rows }) => rows.map(({ name }) => name),
    (): readonly string[] => [], // an empty database has no such table
  );
  return Object.keys(migrations).filter((name) => !done.includes(name));
}
