import { type SelectQueryBuilder, sql } from 'kysely';
import { severities } from '../model/severity.ts';
import type { AffectedPackage } from '../model/vulnerability.ts';
import type { Database } from './database.ts';
import { matches } from './image-conditions.ts';
import type { FindingStore, StoredVulnerability, VulnerabilityQuery } from './store.ts';
import type { Tables } from './tables.ts';

export function createFindingStore({ read }: Database): FindingStore {
  return {
    vulnerabilities: async (artifactId, query) => {
      const base = filtered(
        read
          .selectFrom('findings')
          .innerJoin('vulnerabilities', 'vulnerabilities.number', 'findings.vulnerability_number')
          .where('findings.artifact_id', '=', artifactId),
        query,
      );
      const { total } = await base.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
      if (query.limit === 0 || query.offset >= total) return { rows: [], total };
      const rows = await base
        .selectAll()
        .orderBy('findings.severity', 'desc')
        .orderBy('vulnerabilities.id', 'asc')
        .offset(query.offset)
        .limit(query.limit)
        .execute();
      return { rows: rows.map(toStoredVulnerability), total };
    },
  };
}

type FindingsQuery = SelectQueryBuilder<Tables, 'findings' | 'vulnerabilities', object>;

function filtered(from: FindingsQuery, query: VulnerabilityQuery): FindingsQuery {
  let result = from;
  if (query.severities)
    result = result.where('findings.severity', 'in', [
      -1,
      ...query.severities.map((severity) => severities.indexOf(severity)),
    ]);
  if (query.fixable !== undefined) result = result.where('findings.fixable', '=', Number(query.fixable));
  if (query.exploited !== undefined) result = result.where('findings.exploited', '=', Number(query.exploited));
  const { name, packageName } = query;
  if (name) {
    const inId = matches(sql.ref('vulnerabilities.id'), name.match, name.values);
    const inTitle = matches(sql.ref('vulnerabilities.title'), name.match, name.values);
    result = result.where(name.match === 'equals' ? inId : (eb) => eb.or([inId, inTitle]));
  }
  if (packageName) {
    // The packages of a finding are JSON; `"name":"x"` is how JSON.stringify spells it.
    const spelled = packageName.values.map((value) =>
      packageName.match === 'equals' ? `"name":${JSON.stringify(value)}` : JSON.stringify(value).slice(1, -1),
    );
    result = result.where(matches(sql.ref('findings.affected'), 'contains', spelled));
  }
  return result;
}

type Row = Omit<Tables['findings'], never> & { readonly number: number; readonly id: string } & Omit<
    Tables['vulnerabilities'],
    'number' | 'id'
  >;

function toStoredVulnerability(row: Row): StoredVulnerability {
  return {
    number: row.number,
    id: row.id,
    aliases: JSON.parse(row.aliases) as string[],
    title: row.title,
    description: row.description,
    references: JSON.parse(row.reference_urls) as string[],
    ...(row.published === null ? {} : { published: row.published }),
    ...(row.modified === null ? {} : { modified: row.modified }),
    severity: severities[row.severity] ?? 'unknown',
    ...(row.score === null || row.vector === null ? {} : { cvss: { score: row.score, vector: row.vector } }),
    exploited: row.exploited === 1,
    fixable: row.fixable === 1,
    affected: JSON.parse(row.affected) as AffectedPackage[],
  };
}
