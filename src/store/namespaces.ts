import { type Kysely, sql } from 'kysely';
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
  let from = db.selectFrom('repositories');
  for (const { match, values } of query.names) {
    from = from.where(matches(sql.ref('repositories.namespace'), match, values));
  }
  const { total } = await from
    .select(({ fn }) => fn.count<number>('repositories.namespace').distinct().as('total'))
    .executeTakeFirstOrThrow();
  if (query.limit === 0 || query.offset >= total) return { rows: [], total };
  const page = await from
    .select('repositories.namespace')
    .groupBy('repositories.namespace')
    .orderBy('repositories.namespace')
    .offset(query.offset)
    .limit(query.limit)
    .execute();
  const rows = await db
    .selectFrom('repositories')
    .leftJoin('images', 'images.repository_id', 'repositories.id')
    .select(({ fn }) => [
      'repositories.namespace as name',
      fn.count<number>('repositories.id').distinct().as('repositories'),
      fn.count<number>('images.id').as('images'),
      fn.sum<number>(atRisk).as('imagesAtRisk'),
    ])
    .where(
      'repositories.namespace',
      'in',
      page.map(({ namespace }) => namespace),
    )
    .groupBy('repositories.namespace')
    .orderBy('repositories.namespace')
    .execute();
  return { rows, total };
}
