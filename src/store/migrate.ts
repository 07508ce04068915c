import { type Kysely, sql } from 'kysely';
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
import { addPlannedSyncs } from './migrations/0027-planned-syncs.ts';
import { addContainerIndex } from './migrations/0028-container-index.ts';
import { expectWorkable, markSchema } from './schema-mark.ts';
import type { Tables } from './tables.ts';

export const migrations: Readonly<Record<string, (engine: Engine) => Migration>> = {
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
  '0027-planned-syncs': () => ({ up: (db) => addPlannedSyncs(db) }),
  '0028-container-index': () => ({ up: (db) => addContainerIndex(db) }),
};

/** What a version of the code brings a database to. */
export interface SchemaVersion {
  readonly migrations: Readonly<Record<string, (engine: Engine) => Migration>>;
  /** The newest migration of the oldest code that works on it: raised with a migration that takes away what older code needs. */
  readonly oldestCode: string;
}

const ours: SchemaVersion = { migrations, oldestCode: '0022-list-indexes' };

/**
 * Brings the schema up to date. Two starting processes cannot both run a migration: PostgreSQL takes an advisory
 * lock, SQLite runs the whole act in one `begin immediate` transaction. Leaves the schema of a later version alone.
 * @throws SchemaTooNew where this version cannot work on it
 */
export async function migrate(database: Database, version: SchemaVersion = ours): Promise<void> {
  const known = Object.keys(version.migrations);
  const done = await doneMigrations(database.write);
  if (done.join() === known.join()) return;
  if (isLater(done, known)) return expectWorkable(database.write, done, known);
  const migrator = new Migrator({
    db: database.write,
    provider: {
      getMigrations: async () =>
        Object.fromEntries(
          Object.entries(version.migrations).map(([name, migration]) => [
            name,
            marked(migration(database.engine), version.oldestCode),
          ]),
        ),
    },
  });
  const { error } = await migrator.migrateToLatest();
  if (!error) return;
  // Has a process of a later version been faster?
  const now = await doneMigrations(database.write);
  if (!isLater(now, known)) throw error;
  await expectWorkable(database.write, now, known);
}

const isLater = (done: readonly string[], known: readonly string[]) => done.some((name) => !known.includes(name));

const marked = (migration: Migration, oldestCode: string): Migration => ({
  up: async (db) => {
    await migration.up(db);
    await markSchema(db, oldestCode);
  },
});

/** One query, against the dozen of a migrator that finds nothing to do: every start of a command pays it. */
async function doneMigrations(db: Kysely<Tables>): Promise<readonly string[]> {
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
    return rows.map(({ name }) => name);
  } catch {
    return []; // an empty database has no such table; whatever else is wrong, the migrator will tell
  }
}

/** @throws SchemaTooNew where a later version has meanwhile changed the tables beyond what this one understands */
export async function checkSchema({ read }: Pick<Database, 'read'>): Promise<void> {
  await expectWorkable(read, await doneMigrations(read), Object.keys(migrations));
}

/** Whether a database has the tables of this very version, older ones, those of a later version, or none at all. Changes nothing. */
export async function compareSchema({ read }: Pick<Database, 'read'>): Promise<'same' | 'older' | 'later' | 'none'> {
  await sql`select 1`.execute(read); // whether it can be reached at all
  const done = await doneMigrations(read);
  const known = Object.keys(migrations);
  if (done.length === 0) return 'none';
  if (isLater(done, known)) return 'later';
  return done.length < known.length ? 'older' : 'same';
}

/**
 * Migrations that a database still lacks, by name; all of them where it is empty. Changes nothing.
 * @throws SchemaTooNew
 */
export async function pendingMigrations({ read }: Pick<Database, 'read'>): Promise<readonly string[]> {
  await sql`select 1`.execute(read); // whether it can be reached at all
  const done = await doneMigrations(read);
  const known = Object.keys(migrations);
  await expectWorkable(read, done, known);
  return known.filter((name) => !done.includes(name));
}
