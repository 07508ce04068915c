import type { ComponentQuery } from '../store/export-query.ts';

/** Values of By for the components of an image. The reference comes from this table. */
export const componentSortKeys: Readonly<Record<string, ComponentQuery['sort']['key']>> = {
  VulCount: 'vulnerabilities',
  Name: 'name',
};
