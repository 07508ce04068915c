import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { componentFilters, toComponentType } from '../component-filters.ts';
import { componentSortKeys } from '../component-sort-keys.ts';
import { Filters, toConditions } from '../filters.ts';
import { findImageByReference } from '../find-image-by-reference.ts';
import { readComponents, selectComponents } from '../image-components.ts';
import { toDirection, toPage, toSortKey } from '../paging.ts';
import { text, unsigned } from '../protocol/fields.ts';

/**
 * Packages of one image. Made for local images; here all images are in registries. An image that was not scanned has no
 * rows: its ComponentCnt in the image list is null. VulCount leaves ignored vulnerabilities out, and is 0 where it is not
 * known: the row of the image says so.
 */
export const describeImageComponentList = defineAction({
  name: 'DescribeImageComponentList',
  description: 'Packages of one image with the number of their vulnerabilities',
  writes: false,
  filters: componentFilters,
  sortKeys: componentSortKeys,
  input: z.strictObject({
    ImageID: text().describe('Image id (config digest); a manifest digest or the Id of a row is taken, too'),
    Limit: unsigned().describe('Most rows to answer, 0 to 100; 10 when absent').optional(),
    Offset: unsigned().describe('Rows to leave out from the beginning; 0 when absent').optional(),
    Filters: Filters.optional(),
    By: text().describe('Sort key: VulCount, the default, or Name').optional(),
    Order: text().describe('asc or desc in any case; desc when absent').optional(),
  }),
  handle: async (input, { store }) => {
    const conditions = toConditions(input.Filters, componentFilters);
    const sort = {
      key: toSortKey(input.By, componentSortKeys, 'vulnerabilities'),
      direction: toDirection(input.Order),
    };
    const { offset, limit } = toPage(input);
    const image = await findImageByReference(store.images, input.ImageID.trim());
    const components = selectComponents((await readComponents(store, image)) ?? [], { conditions, sort });
    return {
      TotalCount: components.length,
      List: components
        .slice(offset, offset + limit)
        .map(({ package: { ecosystem, name, version, path }, vulnerabilities }) => ({
          Name: name,
          Version: version,
          Path: path,
          Type: toComponentType(ecosystem),
          VulCount: vulnerabilities ?? 0,
          ImageID: image.imageId,
        })),
    };
  },
});
