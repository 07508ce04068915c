import { type Kysely, type RawBuilder, sql } from 'kysely';
import { matches } from './image-conditions.ts';
import type { Listed, Page } from './store.ts';
import type { Tables } from './tables.ts';

/** A namespace over all registries; '' holds the repositories without one. */
export interface Namespace {
  readonly name: string;
  readonly repositories: number;
  readonly images: number;
  /** Images with a vulnerability, malware or risk; images that nobody could scan are not among them. */
  readonly imagesAtRisk: number;
}

/** A name must match one condition's values in each condition. */
export interface NamespaceQuery extends Page {
  readonly names: readonly { readonly match: 'equals' | 'contains'; readonly values: readonly string[] }[];
}

/** An image in which something was found. */
export const atRisk = sql<number>`case when images.vulnerabilities > 0 or images.malware_files > 0 or images.risks > 0 then 1 else 0 end`;

/** Namespaces by name, and how many there are before paging. */
export async function listNamespaces(db: Kysely<Tables>, query: NamespaceQuery): Promise<Listed<Namespace>> {
  const name = sql.ref('named.name');
  const where = sql.join(
    [sql`1 = 1`, ...query.names.map(({ match, values }) => matches(name, match, values))],
    sql` and `,
  );
  const { rows: counted } = await sql<{
    total: number;
  }>`${named} select count(*) as total from named where ${name} is not null
    and ${where}`.execute(db);
  const total = Number(counted[0]?.total ?? 0);
  if (query.limit === 0 || query.offset >= total) return { rows: [], total };
  const images = (amount: RawBuilder<unknown>) =>
    sql`coalesce((select sum(${amount}) from namespace_counts counted where counted.namespace = ${name}), 0)`;
  const { rows } = await sql<Namespace>`${named} select ${name},
      (select count(*) from repositories where repositories.namespace = ${name}) as repositories,
      ${images(sql`amount`)} as images, ${images(sql`amount * at_risk`)} as "imagesAtRisk"
    from named where ${name} is not null and ${where} order by ${name}
    limit ${query.limit} offset ${query.offset}`.execute(db);
  return { rows, total };
}

/** From one name in the index to the next: there are far fewer of them than repositories. */
const named = sql`with recursive named (name) as (
  select min(namespace) from repositories
  union all
  select (select min(namespace) from repositories where namespace > named.name) from named where named.name is not null)`;
