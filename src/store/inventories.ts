import { type Kysely, sql, type Transaction } from 'kysely';
import type { Digest } from '../model/digest.ts';
import type { Inventory } from '../model/inventory.ts';
import type { LocatedPackage } from '../model/package.ts';
import { severities } from '../model/severity.ts';
import type { Vulnerability } from '../model/vulnerability.ts';
import type { Database } from './database.ts';
import { toDate, toSummaryColumns } from './image-rows.ts';
import { recommended } from './image-sync.ts';
import type { ArtifactLayer, InventoryStore, ScanResult } from './store.ts';
import type { Tables } from './tables.ts';

type Write = Transaction<Tables>;

// Below both engines' limits on parameters per statement, and small enough that other writes get their turn.
const ROWS_PER_STATEMENT = 500;

export function createInventoryStore({ read, transaction }: Database): InventoryStore {
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
    saveScan: (result) => transaction((trx) => saveScan(trx, result)),
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

async function saveScan(trx: Write, result: ScanResult): Promise<void> {
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
    })
    .where('id', '=', artifactId)
    .executeTakeFirst();
  if (updated.numUpdatedRows === 0n) return; // the image left the registry while it was scanned
  await replacePackages(trx, artifactId, packages);
  await replaceFindings(trx, artifactId, result.vulnerabilities);
  await trx.updateTable('images').set(columns).where('artifact_id', '=', artifactId).execute();
  await trx
    .updateTable('images')
    .set({ fix_recommended: recommended('kept') })
    .where('artifact_id', '=', artifactId)
    .execute();
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
  }));
}

async function replaceFindings(
  trx: Write,
  artifactId: number,
  vulnerabilities: readonly Vulnerability[],
): Promise<void> {
  await trx.deleteFrom('findings').where('artifact_id', '=', artifactId).execute();
  // In one order everywhere: two workers saving the same ids must not wait for each other in a circle.
  const sorted = vulnerabilities.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  for (let at = 0; at < sorted.length; at += ROWS_PER_STATEMENT) {
    const part = sorted.slice(at, at + ROWS_PER_STATEMENT);
    const numbers = await upsertVulnerabilities(trx, part);
    const rows = part.map((vulnerability) => ({
      artifact_id: artifactId,
      vulnerability_number: numbers.get(vulnerability.id) ?? 0,
      severity: severities.indexOf(vulnerability.severity),
      score: vulnerability.cvss?.score ?? null,
      vector: vulnerability.cvss?.vector ?? null,
      fixable: Number(vulnerability.affected.some((affected) => affected.fixedVersion !== undefined)),
      exploited: Number(vulnerability.exploited),
      affected: JSON.stringify(vulnerability.affected),
    }));
    await trx.insertInto('findings').values(rows).execute();
  }
}

async function upsertVulnerabilities(
  trx: Write,
  vulnerabilities: readonly Vulnerability[],
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
      })),
    )
    .returning(['id', 'number'])
    .execute();
  return new Map(rows.map((row) => [row.id, row.number]));
}
