import type { ImageFacetsTable } from './tables.ts';

/** What a counter can keep apart: columns of `images`, and what follows from them. */
export type CountedColumn =
  | Exclude<keyof ImageFacetsTable, 'amount'>
  | 'repository_id'
  | 'namespace'
  | 'name'
  | 'at_risk'
  | 'created_day'
  | 'listed_day';

/** A table in which triggers keep how many rows of `images` there are per value of these columns. */
export interface ImageCounter {
  readonly table: CounterTable;
  readonly columns: readonly CountedColumn[];
}

type CounterTable =
  | 'os_counts'
  | 'namespace_counts'
  | 'name_counts'
  | 'created_counts'
  | 'listed_counts'
  | 'image_counts'
  | 'image_states'
  | 'repository_counts'
  | 'image_facets';

const states = [
  'latest',
  'authorized',
  'trusted',
  'running',
  'needs_fix',
  'fix_recommended',
  'scan_status',
  'vulnerability_status',
  'malware_status',
  'risk_status',
] as const;
const counts = ['vulnerabilities', 'critical', 'high', 'medium', 'low', 'malware_files', 'risks'] as const;

/** Those of the first schema. */
export const firstCounters: readonly ImageCounter[] = [
  { table: 'image_counts', columns: ['registry_id', 'latest', 'authorized', 'scan_status'] },
  { table: 'repository_counts', columns: ['repository_id', 'registry_id', 'latest'] },
  { table: 'image_facets', columns: ['registry_id', ...states, 'os_name', ...counts] },
];

/** Those that came with migration 0020: what most lists ask, in tables that hardly grow with the images. */
export const addedCounters: readonly ImageCounter[] = [
  { table: 'os_counts', columns: ['os_name', 'latest'] },
  { table: 'namespace_counts', columns: ['namespace', 'latest', 'at_risk'] },
  { table: 'name_counts', columns: ['name', 'latest'] },
  { table: 'created_counts', columns: ['created_day', 'latest'] },
  { table: 'listed_counts', columns: ['listed_day', 'at_risk'] },
  { table: 'image_states', columns: [...states, ...counts] },
];

/**
 * The counters, smallest first: a total is the sum over the first that has all columns of the conditions. A million images in
 * 200 000 repositories, 300 registries and ten namespaces: see bench/README.md.
 */
export const imageCounters: readonly ImageCounter[] = (
  [
    'os_counts',
    'namespace_counts',
    'created_counts',
    'listed_counts',
    'image_states',
    'image_counts',
    'name_counts',
    'repository_counts',
    'image_facets',
  ] as const
).flatMap((table) => [...firstCounters, ...addedCounters].filter((counter) => counter.table === table));
