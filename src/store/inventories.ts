import { type Kysely, type SqlBool, sql, type Transaction } from 'kysely';
import type { Digest } from '../model/digest.ts';
import type { Inventory } from '../model/inventory.ts';
import type { LocatedPackage } from '../model/package.ts';
import { notScanned } from '../model/scan.ts';
import type { Suppressed } from '../model/vulnerability.ts';
import type { Database, Engine } from './database.ts';
import { ignoreByRules, lockIgnoreRules, subtractIgnored } from './ignored-findings.ts';
import { toDate, toSummary, toSummaryColumns } from './image-rows.ts';
import { replaceMalware } from './malware.ts';
import { mergeSummary } from './merge-summary.ts';
import { recommended } from './recommended.ts';
import { recordChanges } from './record-changes.ts';
import { replaceRisks } from './risks.ts';
import { saveFindings } from './save-findings.ts';
import type { ArtifactLayer, InventoryStore, MatchedAgain, MatchedInventory, ScanResult } from './store.ts';
import type { SummaryColumns, Tables } from './tables.ts';
import { updateRows } from './update-rows.ts';

type Write = Transaction<Tables>;

// Below both engines' limits on parameters per statement, and small enough that other writes get their turn.
const ROWS_PER_STATEMENT = 500;

export function createInventoryStore({ engine, read, transaction }: Database, now: () => Date): InventoryStore {
  return {
    artifact: async (id) => {
      const row = await read
        .selectFrom('artifacts')
        .select(['id', 'image_id', 'os', 'layers', 'scanned_at', 'malware_scanned_at', 'risk_scanned_at'])
        .select('advisory_snapshot')
        .where('id', '=', id)
        .executeTakeFirst();
      if (!row) return undefined;
      return {
        id: row.id,
        imageId: row.image_id as Digest,
        os: row.os,
        layers: JSON.parse(row.layers) as ArtifactLayer[],
        scannedAt: toDate(row.scanned_at),
        malwareScannedAt: toDate(row.malware_scanned_at),
        riskScannedAt: toDate(row.risk_scanned_at),
        ...(row.advisory_snapshot === null ? {} : { matchedWith: row.advisory_snapshot }),
      };
    },
    saveScan: (result) => transaction((trx) => saveScan(trx, engine, result, now())),
    saveMatch: (result) => transaction((trx) => saveMatch(trx, engine, result, now())),
    matchedOtherwise: async (snapshot, after, limit) => {
      const rows = await read
        .selectFrom('artifacts')
        .select('id')
        .where('id', '>', after)
        .where('inventory', 'is not', null)
        // Not <>: two ranges of the index, and both are empty once all is done.
        .where(sql<SqlBool>`(advisory_snapshot < ${snapshot} or advisory_snapshot > ${snapshot})`)
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

async function saveScan(trx: Write, engine: Engine, result: ScanResult, at: Date): Promise<void> {
  if (result.inventory) await lockIgnoreRules(trx, engine, 'share');
  const { artifactId, summary } = result;
  const before = await trx
    .selectFrom('artifacts')
    .select(['summary', 'advisory_snapshot'])
    .where('id', '=', artifactId)
    .forUpdate()
    .executeTakeFirst();
  if (!before) return; // the image left the registry while it was scanned
  const stored = before.summary === null ? undefined : (JSON.parse(before.summary) as SummaryColumns);
  const merged = mergeSummary(summary, stored && toSummary(stored));
  const scannedAt = summary.scannedAt?.getTime() ?? null;
  await trx
    .updateTable('artifacts')
    .set({
      summary: JSON.stringify(toSummaryColumns(merged)),
      ...(summary.malware.status === 'not-scanned' ? {} : { malware_scanned_at: scannedAt }),
      ...(summary.risk.status === 'not-scanned' ? {} : { risk_scanned_at: scannedAt }),
    })
    .where('id', '=', artifactId)
    .execute();
  if (result.malware) await replaceMalware(trx, artifactId, result.malware, summary.scannedAt ?? at);
  if (result.risks) await replaceRisks(trx, artifactId, result.risks);
  const ignores = result.inventory ? await saveInventory(trx, result, before, at) : false;
  await updateRows(trx, artifactId, summary);
  await trx
    .updateTable('images')
    .set({ fix_recommended: recommended('kept') })
    .where('artifact_id', '=', artifactId)
    .execute();
  if (ignores) await subtractIgnored(trx, engine, { artifactId });
}

/** What is there and what is wrong with it; returns whether rules leave some of it out of the counts. */
async function saveInventory(
  trx: Write,
  result: Extract<ScanResult, MatchedInventory>,
  before: { readonly summary: string | null; readonly advisory_snapshot: string | null },
  at: Date,
): Promise<boolean> {
  const { artifactId, summary, inventory } = result;
  const { packages, ...rest } = inventory;
  await trx
    .updateTable('artifacts')
    .set({
      scanned_at: summary.scannedAt?.getTime() ?? null,
      advisory_snapshot: result.advisorySnapshot,
      inventory: JSON.stringify(rest),
      suppressed: JSON.stringify(result.suppressed ?? []),
    })
    .where('id', '=', artifactId)
    .execute();
  await replacePackages(trx, artifactId, packages);
  const changes = await saveFindings(trx, artifactId, result.vulnerabilities, summary.scannedAt);
  if (wasKnown(before)) {
    const match = { artifactId, from: before.advisory_snapshot ?? '', to: result.advisorySnapshot, at };
    await recordChanges(trx, match, changes, () => 'scanned-anew');
  }
  return ignoreByRules(trx, artifactId);
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
  { artifactId, scannedAt, vulnerabilities, suppressed = [], summary, advisorySnapshot, reasonOf }: MatchedAgain,
  at: Date,
): Promise<boolean> {
  await lockIgnoreRules(trx, engine, 'share');
  const before = await trx
    .selectFrom('artifacts')
    .select(['summary', 'advisory_snapshot'])
    .where('id', '=', artifactId)
    .where('scanned_at', '=', scannedAt.getTime())
    .forUpdate()
    .executeTakeFirst();
  if (!before?.summary) return false; // it was scanned meanwhile
  const old = toSummary(JSON.parse(before.summary) as SummaryColumns);
  const { scannedAt: _, ...matched } = { ...summary, malware: notScanned, risk: notScanned };
  const columns = toSummaryColumns(mergeSummary(matched, old));
  await trx
    .updateTable('artifacts')
    .set({
      summary: JSON.stringify(columns),
      advisory_snapshot: advisorySnapshot,
      suppressed: JSON.stringify(suppressed),
    })
    .where('id', '=', artifactId)
    .execute();
  const changes = await saveFindings(trx, artifactId, vulnerabilities, scannedAt);
  if (wasKnown(before)) {
    const match = { artifactId, from: before.advisory_snapshot ?? '', to: advisorySnapshot, at };
    await recordChanges(trx, match, changes, reasonOf ?? (() => 'advisories-changed'));
  }
  const ignores = await ignoreByRules(trx, artifactId);
  // Rows that show a scan under way, or a failure of their own, keep showing it.
  await updateRows(
    trx,
    artifactId,
    matched,
    (row) =>
      row.scan_status !== 'scanning' &&
      row.vulnerability_status === old.vulnerability.status &&
      (row.vulnerability_cause ?? undefined) === old.vulnerability.cause,
  );
  const counts = Object.fromEntries(matchedColumns.map((column) => [column, columns[column]]));
  await trx.updateTable('images').set(counts).where('artifact_id', '=', artifactId).execute();
  await trx
    .updateTable('images')
    .set({ fix_recommended: recommended('kept') })
    .where('artifact_id', '=', artifactId)
    .execute();
  if (ignores) await subtractIgnored(trx, engine, { artifactId });
  return true;
}

/** That everything appears where nothing was known before is no news. */
function wasKnown({ summary }: { readonly summary: string | null }): boolean {
  if (summary === null) return false;
  const { vulnerabilities } = JSON.parse(summary) as SummaryColumns;
  return vulnerabilities !== null;
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
  await rememberNames(trx, packages);
}

/** What inventories ever held, so that nobody need read all packages to learn which names there are. */
async function rememberNames(trx: Write, packages: readonly LocatedPackage[]): Promise<void> {
  const names = packages.map(({ ecosystem, name, source }) => ({
    ecosystem,
    name,
    source_name: source?.name ?? '',
  }));
  // In one order everywhere, as findings are.
  const distinct = [...new Map(names.map((row) => [JSON.stringify(row), row]))].sort(([a], [b]) => (a < b ? -1 : 1));
  for (let at = 0; at < distinct.length; at += ROWS_PER_STATEMENT) {
    await trx
      .insertInto('package_names')
      .values(distinct.slice(at, at + ROWS_PER_STATEMENT).map(([, row]) => row))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
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
