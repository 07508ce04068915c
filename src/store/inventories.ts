import { type Kysely, sql, type Transaction } from 'kysely';
import type { Digest } from '../model/digest.ts';
import type { Inventory } from '../model/inventory.ts';
import type { LocatedPackage } from '../model/package.ts';
import { severities } from '../model/severity.ts';
import { systemEcosystems } from '../model/system-ecosystems.ts';
import type { Suppressed, Vulnerability } from '../model/vulnerability.ts';
import type { Database, Engine } from './database.ts';
import { ignoreByRules, lockIgnoreRules, subtractIgnored } from './ignored-findings.ts';
import { toDate, toSummary, toSummaryColumns } from './image-rows.ts';
import { recommended } from './image-sync.ts';
import type { ArtifactLayer, InventoryStore, MatchedAgain, ScanResult } from './store.ts';
import type { SummaryColumns, Tables } from './tables.ts';

type Write = Transaction<Tables>;

// Below both engines' limits on parameters per statement, and small enough that other writes get their turn.
const ROWS_PER_STATEMENT = 500;

export function createInventoryStore({ engine, read, transaction }: Database): InventoryStore {
  return {
    artifact: async (id) => {
      const row = await read
        .selectFrom('artifacts')
        .select(['id', 'image_id', 'os', 'layers', 'scanned_at'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (!row) return undefined;
      return {
        id: row.id,
        imageId: row.image_id as Digest,
        os: row.os,
        layers: JSON.parse(row.layers) as ArtifactLayer[],
        scannedAt: toDate(row.scanned_at),
      };
    },
    saveScan: (result) => transaction((trx) => saveScan(trx, engine, result)),
    saveMatch: (result) => transaction((trx) => saveMatch(trx, engine, result)),
    matchedOtherwise: async (snapshot, after, limit) => {
      const rows = await read
        .selectFrom('artifacts')
        .select('id')
        .where('id', '>', after)
        .where('inventory', 'is not', null)
        .where('advisory_snapshot', '<>', snapshot)
        .where(({ exists, selectFrom }) =>
          exists(selectFrom('images').select('images.id').whereRef('images.artifact_id', '=', 'artifacts.id')),
        )
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map((row) => row.id);
    },
    suppressed: async (artifactId) => {
      const row = await read
        .selectFrom('artifacts')
        .select('suppressed')
        .where('id', '=', artifactId)
        .executeTakeFirst();
      return row?.suppressed ? (JSON.parse(row.suppressed) as Suppressed[]) : [];
    },
    get: async (artifactId) => {
      const row = await read
        .selectFrom('artifacts')
        .select('inventory')
        .where('id', '=', artifactId)
        .executeTakeFirst();
      if (!row || row.inventory === null) return undefined;
      const rest = JSON.parse(row.inventory) as Omit<Inventory, 'packages'>;
      return { ...rest, packages: await readPackages(read, artifactId) };
    },
  };
}

async function saveScan(trx: Write, engine: Engine, result: ScanResult): Promise<void> {
  await lockIgnoreRules(trx, engine, 'share');
  const { artifactId, inventory, summary } = result;
  const columns = toSummaryColumns(summary);
  const { packages, ...rest } = inventory;
  const updated = await trx
    .updateTable('artifacts')
    .set({
      summary: JSON.stringify(columns),
      scanned_at: summary.scannedAt?.getTime() ?? null,
      advisory_snapshot: result.advisorySnapshot,
      inventory: JSON.stringify(rest),
      suppressed: JSON.stringify(result.suppressed ?? []),
    })
    .where('id', '=', artifactId)
    .executeTakeFirst();
  if (updated.numUpdatedRows === 0n) return; // the image left the registry while it was scanned
  await replacePackages(trx, artifactId, packages);
  await replaceFindings(trx, artifactId, result.vulnerabilities, summary.scannedAt);
  const ignores = await ignoreByRules(trx, artifactId);
  await trx.updateTable('images').set(columns).where('artifact_id', '=', artifactId).execute();
  await trx
    .updateTable('images')
    .set({ fix_recommended: recommended('kept') })
    .where('artifact_id', '=', artifactId)
    .execute();
  if (ignores) await subtractIgnored(trx, engine, { artifactId });
}

/** Columns that follow from the match alone. */
const matchedColumns = [
  'vulnerabilities',
  'critical',
  'high',
  'medium',
  'low',
  'ignored',
  'needs_fix',
] as const satisfies readonly (keyof SummaryColumns)[];

async function saveMatch(
  trx: Write,
  engine: Engine,
  { artifactId, scannedAt, vulnerabilities, suppressed = [], summary, advisorySnapshot }: MatchedAgain,
): Promise<boolean> {
  await lockIgnoreRules(trx, engine, 'share');
  const before = await trx
    .selectFrom('artifacts')
    .select('summary')
    .where('id', '=', artifactId)
    .where('scanned_at', '=', scannedAt.getTime())
    .forUpdate()
    .executeTakeFirst();
  if (!before?.summary) return false; // it was scanned meanwhile
  const old = JSON.parse(before.summary) as SummaryColumns;
  const { vulnerability, malware, risk } = toSummary(old);
  const columns = toSummaryColumns({ ...summary, malware, risk, scannedAt });
  const counts = Object.fromEntries(matchedColumns.map((column) => [column, columns[column]]));
  const stored: SummaryColumns = {
    ...columns,
    malware_files: old.malware_files,
    risks: old.risks,
    secrets: old.secrets,
  };
  await trx
    .updateTable('artifacts')
    .set({
      summary: JSON.stringify(stored),
      advisory_snapshot: advisorySnapshot,
      suppressed: JSON.stringify(suppressed),
    })
    .where('id', '=', artifactId)
    .execute();
  await replaceFindings(trx, artifactId, vulnerabilities, scannedAt);
  const ignores = await ignoreByRules(trx, artifactId);
  // Rows that show a scan under way, or a failure of their own, keep showing it.
  const cause = vulnerability.cause ?? null;
  await trx
    .updateTable('images')
    .set(stored)
    .where('artifact_id', '=', artifactId)
    .where('vulnerability_status', '=', vulnerability.status)
    .where('vulnerability_cause', 'is not distinct from', cause)
    .where('scan_status', '<>', 'scanning')
    .execute();
  await trx.updateTable('images').set(counts).where('artifact_id', '=', artifactId).execute();
  await trx
    .updateTable('images')
    .set({ fix_recommended: recommended('kept') })
    .where('artifact_id', '=', artifactId)
    .execute();
  if (ignores) await subtractIgnored(trx, engine, { artifactId });
  return true;
}

async function replacePackages(trx: Write, artifactId: number, packages: readonly LocatedPackage[]): Promise<void> {
  await trx.deleteFrom('packages').where('artifact_id', '=', artifactId).execute();
  for (let at = 0; at < packages.length; at += ROWS_PER_STATEMENT) {
    const rows = packages.slice(at, at + ROWS_PER_STATEMENT).map((found) => ({
      artifact_id: artifactId,
      ecosystem: found.ecosystem,
      name: found.name,
      version: found.version,
      architecture: found.architecture ?? null,
      source_name: found.source?.name ?? null,
      source_version: found.source?.version ?? null,
      path: found.path,
      layer: found.layer,
      modularity: found.modularity ?? null,
      evidence: found.evidence ?? null,
      owner_ecosystem: found.ownedBy?.ecosystem ?? null,
      owner_name: found.ownedBy?.name ?? null,
    }));
    await trx.insertInto('packages').values(rows).execute();
  }
}

async function readPackages(db: Kysely<Tables>, artifactId: number): Promise<readonly LocatedPackage[]> {
  const rows = await db
    .selectFrom('packages')
    .selectAll()
    .where('artifact_id', '=', artifactId)
    .orderBy('ecosystem')
    .orderBy('name')
    .orderBy('path')
    .execute();
  return rows.map((row) => ({
    ecosystem: row.ecosystem,
    name: row.name,
    version: row.version,
    ...(row.architecture === null ? {} : { architecture: row.architecture }),
    ...(row.source_name === null ? {} : { source: { name: row.source_name, version: row.source_version ?? '' } }),
    path: row.path,
    layer: row.layer as Digest,
    ...(row.modularity === null ? {} : { modularity: row.modularity }),
    ...(row.evidence === 'lock' ? { evidence: row.evidence } : {}),
    ...(row.owner_ecosystem === null || row.owner_name === null
      ? {}
      : { ownedBy: { ecosystem: row.owner_ecosystem, name: row.owner_name } }),
  }));
}

async function replaceFindings(
  trx: Write,
  artifactId: number,
  vulnerabilities: readonly Vulnerability[],
  scannedAt: Date | undefined,
): Promise<void> {
  await trx.deleteFrom('findings').where('artifact_id', '=', artifactId).execute();
  // In one order everywhere: two workers saving the same ids must not wait for each other in a circle.
  const sorted = vulnerabilities.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  for (let at = 0; at < sorted.length; at += ROWS_PER_STATEMENT) {
    const part = sorted.slice(at, at + ROWS_PER_STATEMENT);
    const numbers = await upsertVulnerabilities(trx, part, scannedAt);
    const rows = part.map((vulnerability) => ({
      artifact_id: artifactId,
      vulnerability_number: numbers.get(vulnerability.id) ?? 0,
      severity: severities.indexOf(vulnerability.severity),
      score: vulnerability.cvss?.score ?? null,
      vector: vulnerability.cvss?.vector ?? null,
      fixable: Number(vulnerability.affected.some((affected) => affected.fixedVersion !== undefined)),
      exploited: Number(vulnerability.exploited),
      affected: JSON.stringify(vulnerability.affected),
      system: Number(vulnerability.affected.some((affected) => isSystem(affected.package))),
      application: Number(vulnerability.affected.some((affected) => !isSystem(affected.package))),
    }));
    await trx.insertInto('findings').values(rows).execute();
    await rememberPackages(trx, part, numbers);
  }
}

const isSystem = ({ ecosystem }: LocatedPackage) => systemEcosystems.includes(ecosystem);

/** What a vulnerability was ever found in, so that a search by package need not read every finding. */
async function rememberPackages(
  trx: Write,
  vulnerabilities: readonly Vulnerability[],
  numbers: ReadonlyMap<string, number>,
): Promise<void> {
  const rows = vulnerabilities.flatMap(({ id, affected }) =>
    affected.map(({ package: { ecosystem, name, version } }) => ({
      vulnerability_number: numbers.get(id) ?? 0,
      ecosystem,
      name,
      version,
    })),
  );
  const distinct = [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
  for (let at = 0; at < distinct.length; at += ROWS_PER_STATEMENT) {
    await trx
      .insertInto('vulnerability_packages')
      .values(distinct.slice(at, at + ROWS_PER_STATEMENT))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

async function upsertVulnerabilities(
  trx: Write,
  vulnerabilities: readonly Vulnerability[],
  scannedAt: Date | undefined,
): Promise<ReadonlyMap<string, number>> {
  const rows = await trx
    .insertInto('vulnerabilities')
    .values(
      vulnerabilities.map((vulnerability) => ({
        id: vulnerability.id,
        aliases: JSON.stringify(vulnerability.aliases),
        title: vulnerability.title,
        description: vulnerability.description,
        reference_urls: JSON.stringify(vulnerability.references),
        published: vulnerability.published ?? null,
        modified: vulnerability.modified ?? null,
        cvss_score: vulnerability.cvss?.score ?? null,
        cvss_vector: vulnerability.cvss?.vector ?? null,
        exploit_public: Number(vulnerability.exploitPublic ?? false),
        epss_probability: vulnerability.epss?.probability ?? null,
        epss_percentile: vulnerability.epss?.percentile ?? null,
        first_found_at: scannedAt?.getTime() ?? null,
        last_found_at: scannedAt?.getTime() ?? null,
      })),
    )
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({
        aliases: eb.ref('excluded.aliases'),
        title: eb.ref('excluded.title'),
        description: sql`case when length(excluded.description) > 0 then excluded.description else vulnerabilities.description end`,
        reference_urls: eb.ref('excluded.reference_urls'),
        published: eb.ref('excluded.published'),
        modified: eb.ref('excluded.modified'),
        cvss_score: sql`case when excluded.cvss_vector is null then vulnerabilities.cvss_score else excluded.cvss_score end`,
        cvss_vector: sql`coalesce(excluded.cvss_vector, vulnerabilities.cvss_vector)`,
        exploit_public: eb.ref('excluded.exploit_public'),
        epss_probability: eb.ref('excluded.epss_probability'),
        epss_percentile: eb.ref('excluded.epss_percentile'),
        first_found_at: sql`coalesce(vulnerabilities.first_found_at, excluded.first_found_at)`,
        last_found_at: sql`case when vulnerabilities.last_found_at > excluded.last_found_at
          then vulnerabilities.last_found_at else coalesce(excluded.last_found_at, vulnerabilities.last_found_at) end`,
      })),
    )
    .returning(['id', 'number'])
    .execute();
  return new Map(rows.map((row) => [row.id, row.number]));
}
