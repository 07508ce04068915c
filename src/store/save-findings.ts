import { isDeepStrictEqual } from 'node:util';
import { type Insertable, type Selectable, sql, type Transaction } from 'kysely';
import type { FindingChange, FindingFacts } from '../model/match-change.ts';
import type { LocatedPackage } from '../model/package.ts';
import { severities } from '../model/severity.ts';
import { systemEcosystems } from '../model/system-ecosystems.ts';
import type { Vulnerability } from '../model/vulnerability.ts';
import type { FindingsTable, Tables, VulnerabilitiesTable } from './tables.ts';

type Write = Transaction<Tables>;
type StoredFinding = Selectable<FindingsTable> & Omit<Selectable<VulnerabilitiesTable>, 'number'>;

// Below both engines' limits on parameters per statement, and small enough that other writes get their turn.
const ROWS_PER_STATEMENT = 500;

/**
 * Makes the findings of an artifact these, and returns what differs from before. Only what differs is written: a new match
 * mostly says what the last one did.
 */
export async function saveFindings(
  trx: Write,
  artifactId: number,
  vulnerabilities: readonly Vulnerability[],
  scannedAt: Date | undefined,
): Promise<readonly FindingChange[]> {
  const stored = new Map((await readStored(trx, artifactId)).map((row) => [row.id, row]));
  // In one order everywhere: two workers saving the same ids must not wait for each other in a circle.
  const sorted = vulnerabilities.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const found = new Set(sorted.map(({ id }) => id));
  const gone = [...stored.values()].filter(({ id }) => !found.has(id));
  const other = sorted.filter((each) => !sameFinding(each, stored.get(each.id)));
  const reworded = sorted.filter((each) => !sameVulnerability(each, stored.get(each.id), scannedAt));

  const outdated = [...gone, ...other.flatMap(({ id }) => stored.get(id) ?? [])];
  for (const part of inParts(outdated.map((row) => row.vulnerability_number))) {
    await trx
      .deleteFrom('findings')
      .where('artifact_id', '=', artifactId)
      .where('vulnerability_number', 'in', part)
      .execute();
  }
  const known = new Set(other.map(({ id }) => id));
  const written = [...other, ...reworded.filter(({ id }) => !known.has(id))].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const part of inParts(written)) {
    const numbers = await upsertVulnerabilities(trx, part, scannedAt);
    const findings = part.filter(({ id }) => known.has(id));
    if (findings.length === 0) continue;
    const rows = findings.map((each) => toFindingRow(artifactId, each, numbers.get(each.id) ?? 0));
    await trx.insertInto('findings').values(rows).execute();
    await rememberPackages(trx, findings, numbers);
  }
  return [
    ...gone.map((row) => ({ vulnerabilityId: row.id, before: toFacts(row) })),
    ...other.map((after) => {
      const before = stored.get(after.id);
      return { vulnerabilityId: after.id, after, ...(before ? { before: toFacts(before) } : {}) };
    }),
  ];
}

function* inParts<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += ROWS_PER_STATEMENT) yield all.slice(at, at + ROWS_PER_STATEMENT);
}

function readStored(trx: Write, artifactId: number): Promise<readonly StoredFinding[]> {
  return trx
    .selectFrom('findings')
    .innerJoin('vulnerabilities', 'vulnerabilities.number', 'findings.vulnerability_number')
    .selectAll()
    .where('findings.artifact_id', '=', artifactId)
    .execute();
}

function toFacts(row: StoredFinding): FindingFacts {
  return {
    severity: severities[row.severity] ?? 'unknown',
    exploited: row.exploited === 1,
    affected: JSON.parse(row.affected) as FindingFacts['affected'],
  };
}

function sameFinding(now: Vulnerability, before: StoredFinding | undefined): boolean {
  if (!before) return false;
  const { affected, ...columns } = toFindingRow(before.artifact_id, now, before.vulnerability_number);
  if (!sameColumns(columns, before)) return false;
  // Read back from the store, the members of a package come in another order.
  return affected === before.affected || isDeepStrictEqual(JSON.parse(affected), JSON.parse(before.affected));
}

/** Whether the upsert would change nothing. */
function sameVulnerability(
  now: Vulnerability,
  before: StoredFinding | undefined,
  scannedAt: Date | undefined,
): boolean {
  if (!before) return false;
  const {
    first_found_at: _,
    last_found_at,
    description,
    cvss_score,
    cvss_vector,
    ...columns
  } = toVulnerabilityRow(now, scannedAt);
  if (last_found_at !== null && (before.last_found_at ?? 0) < last_found_at) return false;
  if (!sameColumns(columns, before)) return false;
  if (description !== '' && description !== before.description) return false;
  return cvss_vector === null || (cvss_vector === before.cvss_vector && cvss_score === before.cvss_score);
}

function sameColumns(now: object, before: StoredFinding): boolean {
  const old = new Map(Object.entries(before));
  return Object.entries(now).every(([column, value]) => old.get(column) === value);
}

function toFindingRow(artifactId: number, vulnerability: Vulnerability, number: number) {
  return {
    artifact_id: artifactId,
    vulnerability_number: number,
    severity: severities.indexOf(vulnerability.severity),
    score: vulnerability.cvss?.score ?? null,
    vector: vulnerability.cvss?.vector ?? null,
    fixable: Number(vulnerability.affected.some((affected) => affected.fixedVersion !== undefined)),
    exploited: Number(vulnerability.exploited),
    affected: JSON.stringify(vulnerability.affected),
    system: Number(vulnerability.affected.some((affected) => isSystem(affected.package))),
    application: Number(vulnerability.affected.some((affected) => !isSystem(affected.package))),
  } satisfies Insertable<FindingsTable>;
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
  for (const part of inParts(distinct)) {
    await trx
      .insertInto('vulnerability_packages')
      .values(part)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

function toVulnerabilityRow(vulnerability: Vulnerability, scannedAt: Date | undefined) {
  return {
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
  } satisfies Insertable<VulnerabilitiesTable>;
}

async function upsertVulnerabilities(
  trx: Write,
  vulnerabilities: readonly Vulnerability[],
  scannedAt: Date | undefined,
): Promise<ReadonlyMap<string, number>> {
  const rows = await trx
    .insertInto('vulnerabilities')
    .values(vulnerabilities.map((vulnerability) => toVulnerabilityRow(vulnerability, scannedAt)))
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
