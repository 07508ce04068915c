import { type Kysely, sql } from 'kysely';
import { type Severity, severities } from '../model/severity.ts';
import type { AffectedPackage } from '../model/vulnerability.ts';
import { affectedJson } from './affected-json.ts';
import type { Database, Engine } from './database.ts';
import { toDate } from './image-rows.ts';
import { notIgnored, ofKind, searchVulnerabilities } from './search-vulnerabilities.ts';
import type { Listed } from './store.ts';
import type { Tables } from './tables.ts';
import { isOneOf } from './text-search.ts';
import type { PackageKind, VulnerabilitySearch } from './vulnerability-search.ts';

/** What all listed images together say about one vulnerability. */
export interface VulnerabilityOverview {
  readonly number: number;
  readonly id: string;
  readonly title: string;
  /** The worst of the images that count. */
  readonly severity: Severity;
  readonly cvss?: { readonly score: number; readonly vector: string };
  readonly fixable: boolean;
  readonly exploited: boolean;
  /** Affects packages of the operating system, and of applications. */
  readonly system: boolean;
  readonly application: boolean;
  /** When scans first and last found it in any image; absent = not known. */
  readonly firstFoundAt?: Date;
  readonly lastFoundAt?: Date;
  /** Rows of the list. */
  readonly images: number;
}

export interface VulnerabilityDetail extends VulnerabilityOverview {
  readonly description: string;
  readonly references: readonly string[];
  readonly published?: string;
  /** Of `images`, the newest of their repositories. */
  readonly latestImages: number;
  readonly packages: readonly {
    readonly name: string;
    readonly versions: readonly string[];
    readonly fixedVersions: readonly string[];
  }[];
}

export interface VulnerabilityStore {
  list(search: VulnerabilitySearch): Promise<Listed<VulnerabilityOverview>>;
  /** Over packages of every kind, ignored ones too; also one that no image has any more, and then of unknown severity. */
  get(number: number): Promise<VulnerabilityDetail | undefined>;
  /** Those of the numbers that exist. */
  known(numbers: readonly number[]): Promise<ReadonlySet<number>>;
  /** What it affects in each of these artifacts. */
  affected(number: number, artifactIds: readonly number[]): Promise<ReadonlyMap<number, readonly AffectedPackage[]>>;
}

export function createVulnerabilityStore({ engine, read }: Database): VulnerabilityStore {
  return {
    list: async (search) => {
      const { numbers, total } = await searchVulnerabilities(read, engine, search);
      return { rows: await overviews(read, numbers, search.packages), total };
    },
    get: (number) => detail(read, engine, number),
    known: async (numbers) => {
      const rows = await read
        .selectFrom('vulnerabilities')
        .select('number')
        .where(isOneOf(sql.ref('number'), numbers))
        .execute();
      return new Set(rows.map((row) => row.number));
    },
    affected: async (number, artifactIds) => {
      if (artifactIds.length === 0) return new Map();
      const rows = await read
        .selectFrom('findings')
        .select(['artifact_id', 'affected'])
        .where('vulnerability_number', '=', number)
        .where('artifact_id', 'in', [...artifactIds])
        .execute();
      return new Map(rows.map((row) => [row.artifact_id, JSON.parse(row.affected) as AffectedPackage[]]));
    },
  };
}

interface OverviewRow {
  readonly number: number;
  readonly id: string;
  readonly title: string;
  readonly cvss_score: number | null;
  readonly cvss_vector: string | null;
  readonly first_found_at: number | null;
  readonly last_found_at: number | null;
  readonly severity: number | null;
  readonly fixable: number | null;
  readonly exploited: number | null;
  readonly system: number | null;
  readonly application: number | null;
  readonly images: number | null;
}

/** In the order of the numbers; those that nobody knows are left out. */
async function overviews(
  db: Kysely<Tables>,
  numbers: readonly number[],
  kind: PackageKind,
): Promise<readonly VulnerabilityOverview[]> {
  if (numbers.length === 0) return [];
  const { rows } = await sql<OverviewRow>`
    select v.number, v.id, v.title, v.cvss_score, v.cvss_vector, v.first_found_at, v.last_found_at,
      c.severity, c.fixable, c.exploited, c.system, c.application, c.images
    from vulnerabilities v left join (
      select f.vulnerability_number, max(f.severity) as severity, max(f.fixable) as fixable,
        max(f.exploited) as exploited, max(f.system) as system, max(f.application) as application, count(*) as images
      from findings f join images on images.artifact_id = f.artifact_id
      where f.vulnerability_number in (${sql.join(numbers)}) and ${ofKind(kind)} and ${notIgnored}
      group by f.vulnerability_number) c on c.vulnerability_number = v.number
    where v.number in (${sql.join(numbers)})`.execute(db);
  const byNumber = new Map(rows.map((row) => [row.number, row]));
  return numbers.flatMap((number) => {
    const row = byNumber.get(number);
    return row ? [toOverview(row)] : [];
  });
}

function toOverview(row: OverviewRow): VulnerabilityOverview {
  const { cvss_score: score, cvss_vector: vector } = row;
  const firstFoundAt = toDate(row.first_found_at);
  const lastFoundAt = toDate(row.last_found_at);
  return {
    number: row.number,
    id: row.id,
    title: row.title,
    severity: severities[row.severity ?? 0] ?? 'unknown',
    ...(score === null || vector === null ? {} : { cvss: { score, vector } }),
    fixable: row.fixable === 1,
    exploited: row.exploited === 1,
    system: row.system === 1,
    application: row.application === 1,
    ...(firstFoundAt ? { firstFoundAt } : {}),
    ...(lastFoundAt ? { lastFoundAt } : {}),
    images: row.images ?? 0,
  };
}

interface DetailRow extends OverviewRow {
  readonly description: string;
  readonly reference_urls: string;
  readonly published: string | null;
  readonly latest_images: number;
}

/** What it is follows from all findings, also ignored ones; only the images are those that count it. */
async function detail(db: Kysely<Tables>, engine: Engine, number: number): Promise<VulnerabilityDetail | undefined> {
  const { rows } = await sql<DetailRow>`
    select v.number, v.id, v.title, v.description, v.reference_urls, v.published, v.cvss_score, v.cvss_vector,
      v.first_found_at, v.last_found_at, c.severity, c.fixable, c.exploited, c.system, c.application,
      n.images, n.latest_images
    from vulnerabilities v
      cross join (select max(f.severity) as severity, max(f.fixable) as fixable, max(f.exploited) as exploited,
          max(f.system) as system, max(f.application) as application
        from findings f where f.vulnerability_number = ${number}) c
      cross join (select count(*) as images, coalesce(sum(images.latest), 0) as latest_images
        from findings f join images on images.artifact_id = f.artifact_id
        where f.vulnerability_number = ${number} and ${notIgnored}) n
    where v.number = ${number}`.execute(db);
  const [row] = rows;
  if (!row) return undefined;
  return {
    ...toOverview(row),
    description: row.description,
    references: JSON.parse(row.reference_urls) as string[],
    ...(row.published === null ? {} : { published: row.published }),
    latestImages: row.latest_images,
    packages: await affectedPackages(db, engine, number),
  };
}

async function affectedPackages(
  db: Kysely<Tables>,
  engine: Engine,
  number: number,
): Promise<VulnerabilityDetail['packages']> {
  const { from, name, version, fixedVersion } = affectedJson(engine);
  const { rows } = await sql<{ name: string; version: string; fixed: string | null }>`
    select distinct ${name} as name, ${version} as version, ${fixedVersion} as fixed
    from findings f cross join ${from}
    where f.vulnerability_number = ${number}
      and exists (select 1 from images where images.artifact_id = f.artifact_id)
    order by name, version, fixed`.execute(db);
  const byName = Map.groupBy(rows, (row) => row.name);
  return [...byName].map(([packageName, versions]) => ({
    name: packageName,
    versions: [...new Set(versions.map((row) => row.version))],
    fixedVersions: [...new Set(versions.flatMap((row) => row.fixed ?? []))],
  }));
}
