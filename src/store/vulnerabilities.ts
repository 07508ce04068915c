import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import { type Severity, severities } from '../model/severity.ts';
import type { AffectedPackage } from '../model/vulnerability.ts';
import type { Database, Engine } from './database.ts';
import { imageCondition, matches } from './image-conditions.ts';
import { toDate } from './image-rows.ts';
import type { Listed } from './store.ts';
import type { Tables } from './tables.ts';
import { isOneOf } from './text-search.ts';
import type {
  PackageKind,
  TextMatch,
  VulnerabilitySearch,
  VulnerabilitySearchCondition,
  VulnerabilitySortKey,
} from './vulnerability-search.ts';

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
      const found = filtered(read, engine, search);
      const { rows: counted } = await sql<{ total: number }>`select count(*) as total ${found}`.execute(read);
      const total = counted[0]?.total ?? 0;
      if (search.limit === 0 || search.offset >= total) return { rows: [], total };
      const { key, direction } = search.sort;
      const [order, tie] = direction === 'asc' ? [sql`asc nulls first`, sql`asc`] : [sql`desc nulls last`, sql`desc`];
      const { rows } = await sql<{ number: number }>`select v.number ${found}
        order by ${sortExpression(key, search.packages)} ${order}, v.number ${tie}
        limit ${search.limit} offset ${search.offset}`.execute(read);
      const numbers = rows.map((row) => row.number);
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

const ofKind = (kind: PackageKind) => sql<SqlBool>`${sql.ref(`f.${kind}`)} = 1`;

const notIgnored = sql<SqlBool>`not exists (select 1 from ignored_findings i
  where i.artifact_id = f.artifact_id and i.vulnerability_number = f.vulnerability_number)`;

/** Findings `f` of the vulnerability `v` that count. Everything asked of them is in an index, and mostly the first one will do. */
const counted = (kind: PackageKind) => sql<SqlBool>`f.vulnerability_number = v.number and ${ofKind(kind)}
  and ${notIgnored} and exists (select 1 from images where images.artifact_id = f.artifact_id)`;

const worstSeverity = (kind: PackageKind) =>
  sql<number | null>`(select f.severity from findings f where ${counted(kind)} order by f.severity desc limit 1)`;

/** Written so that the first such finding ends the search. */
const hasFinding = (kind: PackageKind, condition: RawBuilder<SqlBool>) =>
  sql<SqlBool>`(select 1 from findings f where ${counted(kind)} and ${condition} limit 1) is not null`;

function filtered(db: Kysely<Tables>, engine: Engine, search: VulnerabilitySearch): RawBuilder<unknown> {
  const { packages: kind, conditions } = search;
  const all = [
    sql<SqlBool>`not exists (select 1 from ignore_rules r where r.vulnerability_number = v.number and r.image_id = '')`,
    ...conditions.map((condition) => searchCondition(kind, condition)),
    ...(search.images.length > 0 || search.package ? whereAffected(db, engine, search) : []),
    sql<SqlBool>`${worstSeverity(kind)} is not null`,
  ];
  return sql`from vulnerabilities v where ${sql.join(all, sql` and `)}`;
}

function searchCondition(kind: PackageKind, condition: VulnerabilitySearchCondition): RawBuilder<SqlBool> {
  switch (condition.kind) {
    case 'id':
    case 'title':
      return matches(sql.ref(`v.${condition.kind}`), condition.match, condition.values);
    case 'severity': {
      const ranks = condition.values.map((severity) => severities.indexOf(severity));
      return sql`${worstSeverity(kind)} in (${sql.join(ranks)})`;
    }
    case 'fixable': {
      const fixable = hasFinding(kind, sql`f.fixable = 1`);
      return condition.value ? fixable : sql`not (${fixable})`;
    }
    case 'exploited':
      return hasFinding(kind, sql`f.exploited = 1`);
    case 'exploited-remotely':
      return sql`(${hasFinding(kind, sql`f.exploited = 1`)} and v.cvss_vector like '%/AV:N/%')`;
    case 'urgent': {
      const serious = sql.lit(severities.indexOf('high'));
      return hasFinding(kind, sql`f.fixable = 1 and (f.severity >= ${serious} or f.exploited = 1)`);
    }
    case 'any-of':
      if (condition.conditions.length === 0) return sql`1 = 0`;
      return sql`(${sql.join(
        condition.conditions.map((each) => searchCondition(kind, each)),
        sql` or `,
      )})`;
  }
}

/** Affects such an image, by such a package. */
function whereAffected(
  db: Kysely<Tables>,
  engine: Engine,
  { packages: kind, images, package: searched }: VulnerabilitySearch,
): readonly RawBuilder<SqlBool>[] {
  const candidates = searched ? [sql<SqlBool>`v.number in (${everAffecting(searched)})`] : [];
  const affects = searched ? affectsPackage(engine, searched) : sql<SqlBool>`1 = 1`;
  if (images.length === 0) return [...candidates, hasFinding(kind, affects)];
  // From the images to their findings: a search for few images would otherwise look at every finding in vain.
  let chosen = db.selectFrom('images').select('images.artifact_id');
  for (const condition of images) chosen = chosen.where((eb) => imageCondition(eb, condition));
  const narrowed = searched ? sql`f.vulnerability_number in (${everAffecting(searched)}) and` : sql``;
  return [
    sql`v.number in (select f.vulnerability_number from findings f
      where ${narrowed} ${ofKind(kind)} and ${notIgnored} and f.artifact_id in (${chosen}) and ${affects})`,
  ];
}

type SearchedPackage = NonNullable<VulnerabilitySearch['package']>;

function everAffecting({ names, versions }: SearchedPackage): RawBuilder<unknown> {
  const fulfils = allOf(sql.ref('p.name'), names, sql.ref('p.version'), versions);
  return sql`select p.vulnerability_number from vulnerability_packages p where ${fulfils}`;
}

function affectsPackage(engine: Engine, { names, versions }: SearchedPackage): RawBuilder<SqlBool> {
  const { from, name, version } = affectedJson(engine);
  return sql`exists (select 1 from ${from} where ${allOf(name, names, version, versions)})`;
}

function allOf(
  name: RawBuilder<unknown>,
  names: readonly TextMatch[],
  version: RawBuilder<unknown>,
  versions: readonly TextMatch[],
): RawBuilder<SqlBool> {
  const all = [
    sql<SqlBool>`1 = 1`,
    ...names.map(({ match, values }) => matches(name, match, values)),
    ...versions.map(({ match, values }) => matches(version, match, values)),
  ];
  return sql<SqlBool>`${sql.join(all, sql` and `)}`;
}

/** The packages of a finding `f`, which are JSON, as rows. */
const affectedJson = (engine: Engine) =>
  engine === 'sqlite'
    ? {
        from: sql`json_each(f.affected) a`,
        name: sql<string>`json_extract(a.value, '$.package.name')`,
        version: sql<string>`json_extract(a.value, '$.package.version')`,
        fixedVersion: sql<string | null>`json_extract(a.value, '$.fixedVersion')`,
      }
    : {
        from: sql`json_array_elements(f.affected::json) a`,
        name: sql<string>`(a.value -> 'package' ->> 'name')`,
        version: sql<string>`(a.value -> 'package' ->> 'version')`,
        fixedVersion: sql<string | null>`(a.value ->> 'fixedVersion')`,
      };

function sortExpression(key: VulnerabilitySortKey, kind: PackageKind): RawBuilder<unknown> {
  switch (key) {
    case 'lastFoundAt':
      return sql`v.last_found_at`;
    case 'firstFoundAt':
      return sql`v.first_found_at`;
    case 'severity':
      return worstSeverity(kind);
    case 'images':
      return sql`(select count(*) from findings f join images on images.artifact_id = f.artifact_id
        where f.vulnerability_number = v.number and ${ofKind(kind)} and ${notIgnored})`;
  }
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
