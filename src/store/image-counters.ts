import type { ImageFacetsTable } from './tables.ts';

/** A table in which triggers keep how many rows of `images` there are per value of these columns. */
export interface ImageCounter {
  readonly table: 'image_counts' | 'repository_counts' | 'image_facets';
  readonly columns: readonly (Exclude<keyof ImageFacetsTable, 'amount'> | 'repository_id')[];
}

/**
 * The counters, smallest first: a total is the sum over the first that has all columns of the conditions. 100 000 images
 * in 1 000 repositories make about 60, 2 000 and 1 500 rows.
 */
export const imageCounters: readonly ImageCounter[] = [
  { table: 'image_counts', columns: ['registry_id', 'latest', 'authorized', 'scan_status'] },
  { table: 'repository_counts', columns: ['repository_id', 'registry_id', 'latest'] },
  {
    table: 'image_facets',
    columns: [
      'registry_id',
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
      'os_name',
      'vulnerabilities',
      'critical',
      'high',
      'medium',
      'low',
      'malware_files',
      'risks',
    ],
  },
];
