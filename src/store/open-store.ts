import { sql } from 'kysely';
import { createAuditStore } from './audit-log.ts';
import { createAuthorizationStore } from './authorizations.ts';
import { createBudgetStore } from './budgets.ts';
import { openDatabase } from './database.ts';
import { createDatabaseClock } from './database-clock.ts';
import { DatabaseUnavailable } from './database-unavailable.ts';
import { createEventStore } from './events.ts';
import { createExportStore } from './exports.ts';
import { createFindingStore } from './findings.ts';
import { refuseHalfCopied } from './half-copied.ts';
import { createIgnoreRuleStore } from './ignore-rules.ts';
import { createImageStore } from './images.ts';
import { createInventoryStore } from './inventories.ts';
import { createJobDelivery } from './job-delivery.ts';
import { createJobStore } from './jobs.ts';
import { createKeyStore } from './keys.ts';
import { createLayerReportUse } from './layer-report-use.ts';
import { createLayerReportStore, createMalwareReportStore } from './layer-reports.ts';
import { createLeaseStore } from './leases.ts';
import { createMalwareStore } from './malware.ts';
import { createMatchChangeStore } from './match-changes.ts';
import { createMatchStore } from './matches.ts';
import { checkSchema, migrate } from './migrate.ts';
import { readOperationFigures } from './operation-figures.ts';
import { createRateLimitStore } from './rate-limits.ts';
import { createRegistryStore } from './registries.ts';
import { createRiskStore } from './risks.ts';
import { createRuntimeStore } from './runtime.ts';
import { createScanEstimateStore } from './scan-estimates.ts';
import { createScanScheduleStore } from './scan-schedule.ts';
import { createSettingStore } from './settings.ts';
import { createSharedAdvisoryStore } from './shared-advisories.ts';
import type { Store } from './store.ts';
import { createTagStore } from './tag-facts.ts';
import { createTaskStore } from './tasks.ts';
import { createTrustStore } from './trust.ts';
import type { Vault } from './vault.ts';
import { createVulnerabilityStore } from './vulnerabilities.ts';

/**
 * Opens the database, brings its schema up to date, and returns the store. `url` as in `openDatabase`.
 * @throws DatabaseUnavailable
 */
export async function openStore(deps: {
  readonly url: string;
  readonly vault: Vault;
  /** Absent: the database's clock. */
  readonly now?: () => Date;
  /** How many images may be authorised for scanning in all; absent = no limit. */
  readonly authorizedImageLimit?: number;
  /** Of one query that reads; it ends as QueryTooSlow. */
  readonly querySeconds?: number;
}): Promise<Store> {
  const { querySeconds } = deps;
  const clock = createDatabaseClock();
  const { now = clock.now } = deps;
  const database = openDatabase(deps.url, querySeconds === undefined ? {} : { querySeconds });
  try {
    await migrate(database);
    await refuseHalfCopied(database);
    if (deps.now === undefined && database.engine === 'postgres') await clock.follow(database);
  } catch (error) {
    await database.close();
    throw new DatabaseUnavailable(deps.url, error);
  }
  return {
    registries: createRegistryStore(database, deps.vault, now),
    images: createImageStore(database),
    authorizations: createAuthorizationStore(database, now, deps.authorizedImageLimit),
    inventories: createInventoryStore(database, now),
    matches: createMatchStore(database),
    matchChanges: createMatchChangeStore(database),
    tags: createTagStore(database),
    trust: createTrustStore(database, now),
    findings: createFindingStore(database),
    vulnerabilities: createVulnerabilityStore(database),
    ignoreRules: createIgnoreRuleStore(database, now),
    malware: createMalwareStore(database),
    risks: createRiskStore(database),
    layerReports: createLayerReportStore(database, now),
    malwareReports: createMalwareReportStore(database, now),
    layerReportUse: createLayerReportUse(database, now),
    scanSchedule: createScanScheduleStore(database, now),
    tasks: createTaskStore(database, now),
    jobs: createJobStore(database),
    jobDelivery: createJobDelivery(database),
    leases: createLeaseStore(database),
    sharedAdvisories: createSharedAdvisoryStore(database),
    events: createEventStore(database, deps.vault, now),
    exports: createExportStore(database, now),
    keys: createKeyStore(database, deps.vault, now),
    audit: createAuditStore(database),
    settings: createSettingStore(database),
    operationFigures: (at) => readOperationFigures(database, at),
    scanEstimates: createScanEstimateStore(database),
    budgets: createBudgetStore(database, now),
    rateLimits: createRateLimitStore(database, now),
    runtime: createRuntimeStore(database, now),
    now,
    clockAheadMs: () => (database.engine === 'sqlite' ? 0 : clock.aheadMs()),
    connections: () => database.connections(),
    ping: async () => {
      await sql`select 1`.execute(database.read);
    },
    checkSchema: () => checkSchema(database),
    close: () => {
      clock.stop();
      return database.close();
    },
  };
}
