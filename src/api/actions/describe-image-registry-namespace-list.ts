import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { Filters, toConditions } from '../filters.ts';
import { namespaceFilters } from '../namespace-filters.ts';
import { toPage } from '../paging.ts';
import { unsigned } from '../protocol/fields.ts';

/** Namespaces of all registries by name; '' holds the repositories without one. RegistryCnt counts repositories. */
export const describeImageRegistryNamespaceList = defineAction({
  name: 'DescribeImageRegistryNamespaceList',
  description: 'List namespaces',
  writes: false,
  filters: namespaceFilters,
  input: z.strictObject({
    Offset: unsigned().optional(),
    Limit: unsigned().optional(),
    Filters: Filters.optional(),
  }),
  handle: async (input, { store }) => {
    const names = toConditions(input.Filters, namespaceFilters);
    const { rows, total } = await store.images.namespaces({ names, ...toPage(input) });
    return {
      TotalCount: total,
      NamespaceList: rows.map(({ name }) => name),
      NamespaceDetail: rows.map((row) => ({
        Namespace: row.name,
        RegistryCnt: row.repositories,
        ImageCnt: row.images,
        RiskImageCnt: row.imagesAtRisk,
      })),
    };
  },
});
