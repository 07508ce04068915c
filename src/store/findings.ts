import type { SelectQueryBuilder } from 'kysely';
import { severities } from '../model/severity.ts';
import type { AffectedPackage } from '../model/vulnerability.ts';
import type { Database } from './database.ts';
import type { FindingStore, StoredVulnerability, VulnerabilityQuery } from './store.ts';
import type { Tables } from './tables.ts';
import { vulnerabilityCondition } from './vulnerability-conditions.ts';

export function createFindingStore({ read }: Database): FindingStore {
  const findingsOf = (artifactId: number) =>
    read
      .selectFrom('findings')
      .innerJoin('vulnerabilities', 'vulnerabilities.number', 'findings.vulnerability_number')
      .where('findings.artifact_id', '=', artifactId);
  return {
    vulnerabilities: async (artifactId, query) => {
      const base = filtered(findingsOf(artifactId), query);
      const { total } = await base.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
      if (query.limit === 0 || query.offset >= total) return { rows: [], total };
      const rows = await worstFirst(base).selectAll().offset(query.offset).limit(query.limit).execute();
      return { rows: rows.map(toStoredVulnerability), total };
    },
    numbers: async (artifactId, query) => {
      const rows = await worstFirst(filtered(findingsOf(artifactId), query))
        .select('vulnerabilities.number')
        .offset(query.offset)
        .limit(query.limit)
        .execute();
      return rows.map((row) => row.number);
    },
    byNumbers: async (artifactId, numbers) => {
      if (numbers.length === 0) return [];
      const rows = await findingsOf(artifactId)
        .selectAll()
        .where('vulnerabilities.number', 'in', [...numbers])
        .execute();
      const byNumber = new Map(rows.map((row) => [row.number, row]));
      return numbers.flatMap((number) => {
        const row = byNumber.get(number);
        return row ? [toStoredVulnerability(row)] : [];
      });
    },
  };
}

type FindingsQuery = SelectQueryBuilder<Tables, 'findings' | 'vulnerabilities', object>;

const worstFirst = (query: FindingsQuery) =>
  query.orderBy('findings.severity', 'desc').orderBy('vulnerabilities.id', 'asc');

function filtered(from: FindingsQuery, { conditions }: VulnerabilityQuery): FindingsQuery {
  const toldOfIgnored = conditions.some((condition) => condition.kind === 'ignored');
  let result = toldOfIgnored ? from : from.where((eb) => eb.not(vulnerabilityCondition(eb, { kind: 'ignored' })));
  for (const condition of conditions) result = result.where((eb) => vulnerabilityCondition(eb, condition));
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
    ...(row.exploit_public === 1 ? { exploitPublic: true } : {}),
    ...(row.epss_probability === null || row.epss_percentile === null
      ? {}
      : { epss: { probability: row.epss_probability, percentile: row.epss_percentile } }),
    fixable: row.fixable === 1,
    affected: JSON.parse(row.affected) as AffectedPackage[],
  };
}
