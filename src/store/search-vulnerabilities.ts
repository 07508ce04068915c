import { type Kysely, type RawBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import { severities } from '../model/severity.ts';
import { affectedJson } from './affected-json.ts';
import type { Engine } from './database.ts';
import { imageCondition, matches } from './image-conditions.ts';
import type { Tables } from './tables.ts';
import type {
  PackageKind,
  TextMatch,
  VulnerabilitySearch,
  VulnerabilitySearchCondition,
} from './vulnerability-search.ts';

/** The numbers of a page of vulnerabilities, in order, and how many there are before paging. */
export async function searchVulnerabilities(
  db: Kysely<Tables>,
  engine: Engine,
  search: VulnerabilitySearch,
): Promise<{ readonly numbers: readonly number[]; readonly total: number }> {
  const { packages: kind, sort, limit, offset } = search;
  const where = sql.join(
    [
      sql`not exists (select 1 from ignore_rules r where r.vulnerability_number = v.number and r.image_id = '')`,
      ...search.conditions.map((condition) => searchCondition(kind, condition)),
      ...(await whereAffected(db, engine, search)),
      sql`${worstSeverity(kind)} is not null`,
    ],
    sql` and `,
  );
  const { rows: counted } = await sql<{ total: number }>`select count(*) as total
    from vulnerabilities v where ${where}`.execute(db);
  const total = counted[0]?.total ?? 0;
  if (limit === 0 || offset >= total) return { numbers: [], total };
  const [order, tie] = sort.direction === 'asc' ? [sql`asc nulls first`, sql`asc`] : [sql`desc nulls last`, sql`desc`];
  const { rows } = await sql<{ number: number }>`select v.number
    from vulnerabilities v ${sort.key === 'images' ? sql`left join (${imageCounts(kind)}) c on c.number = v.number` : sql``}
    where ${where} order by ${sortExpression(sort.key, kind)} ${order}, v.number ${tie}
    limit ${limit} offset ${offset}`.execute(db);
  return { numbers: rows.map((row) => row.number), total };
}

function sortExpression(key: VulnerabilitySearch['sort']['key'], kind: PackageKind): RawBuilder<unknown> {
  switch (key) {
    case 'lastFoundAt':
      return sql`v.last_found_at`;
    case 'firstFoundAt':
      return sql`v.first_found_at`;
    case 'severity':
      return worstSeverity(kind);
    case 'images':
      return sql`c.images`;
  }
}

const imageCounts = (kind: PackageKind) => sql`select f.vulnerability_number as number, count(*) as images
  from findings f join images on images.artifact_id = f.artifact_id
  where ${ofKind(kind)} and ${notIgnored} group by f.vulnerability_number`;

export const ofKind = (kind: PackageKind) => sql<SqlBool>`${sql.ref(`f.${kind}`)} = 1`;

export const notIgnored = sql<SqlBool>`not exists (select 1 from ignored_findings i
  where i.artifact_id = f.artifact_id and i.vulnerability_number = f.vulnerability_number)`;

/** Findings `f` of the vulnerability `v` that count. Everything asked of them is in an index, and mostly the first one will do. */
const counted = (kind: PackageKind) => sql<SqlBool>`f.vulnerability_number = v.number and ${ofKind(kind)}
  and ${notIgnored} and exists (select 1 from images where images.artifact_id = f.artifact_id)`;

const worstSeverity = (kind: PackageKind) =>
  sql<number | null>`(select f.severity from findings f where ${counted(kind)} order by f.severity desc limit 1)`;

/** Written so that the first such finding ends the search. */
const hasFinding = (kind: PackageKind, condition: RawBuilder<SqlBool>) =>
  sql<SqlBool>`(select 1 from findings f where ${counted(kind)} and ${condition} limit 1) is not null`;

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
    case 'exploit-public':
      return sql`v.exploit_public = 1`;
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
async function whereAffected(
  db: Kysely<Tables>,
  engine: Engine,
  { packages: kind, images, package: searched }: VulnerabilitySearch,
): Promise<readonly RawBuilder<SqlBool>[]> {
  if (images.length === 0 && !searched) return [];
  const affects = searched ? affectsPackage(engine, searched) : sql<SqlBool>`1 = 1`;
  const candidates = searched ? [sql<SqlBool>`v.number in (${everAffecting(searched)})`] : [];
  if (images.length === 0) return [...candidates, hasFinding(kind, affects)];
  let chosen = db.selectFrom('images').select('images.artifact_id');
  for (const condition of images) chosen = chosen.where((eb) => imageCondition(eb, condition));
  if (await areMany(db, chosen)) {
    const affectsChosen = sql<SqlBool>`exists (${chosen.whereRef('images.artifact_id', '=', sql.ref('f.artifact_id'))})`;
    return [...candidates, hasFinding(kind, sql`${affectsChosen} and ${affects}`)];
  }
  const narrowed = searched ? sql`f.vulnerability_number in (${everAffecting(searched)}) and` : sql``;
  return [
    sql`v.number in (select f.vulnerability_number from findings f
      where ${narrowed} ${ofKind(kind)} and ${notIgnored} and f.artifact_id in (${chosen}) and ${affects})`,
  ];
}

/** From so many images on, the first findings of a vulnerability soon lead to one of them. */
const MANY_IMAGES = 5_000;

/** Few images are better searched from: looking for them from the findings would look at every finding in vain. */
async function areMany(db: Kysely<Tables>, images: SelectQueryBuilder<Tables, 'images', object>): Promise<boolean> {
  const { rows } = await sql<{ images: number }>`select count(*) as images
    from (${images.limit(MANY_IMAGES + 1)}) chosen`.execute(db);
  return (rows[0]?.images ?? 0) > MANY_IMAGES;
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
