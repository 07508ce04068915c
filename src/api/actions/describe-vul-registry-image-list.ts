import { z } from 'zod';
import type { Image } from '../../model/image.ts';
import type { AffectedPackage } from '../../model/vulnerability.ts';
import { affectedImageFilters } from '../affected-image-filters.ts';
import { defineAction } from '../api-action.ts';
import { Filters, toConditions } from '../filters.ts';
import { findVulnerability } from '../find-vulnerability.ts';
import { imageSortKeys } from '../image-sort-keys.ts';
import { toDirection, toPage, toSortKey } from '../paging.ts';
import { text, unsigned } from '../protocol/fields.ts';

/** Registry images that have a vulnerability and do not ignore it, one row for each row of the image list. */
export const describeVulRegistryImageList = defineAction({
  name: 'DescribeVulRegistryImageList',
  description: 'Registry images that a vulnerability affects',
  writes: false,
  filters: affectedImageFilters,
  sortKeys: imageSortKeys,
  input: z.strictObject({
    PocID: text().describe('Id of the vulnerability: POCID of a list; its number alone will do'),
    Limit: unsigned().describe('Most rows to answer, 0 to 100; 10 when absent').optional(),
    Offset: unsigned().describe('Rows to leave out from the beginning; 0 when absent').optional(),
    Filters: Filters.optional(),
    Order: text().describe('asc or desc in any case; desc when absent').optional(),
    By: text().describe('Sort key: VulCount, or another of the image list; Id when absent').optional(),
  }),
  handle: async (input, { store }) => {
    const conditions = toConditions(input.Filters, affectedImageFilters);
    const sort = { key: toSortKey(input.By, imageSortKeys, 'id'), direction: toDirection(input.Order) };
    const page = toPage(input);
    const number = await findVulnerability(store.vulnerabilities, input.PocID);
    const { rows, total } = await store.images.list({
      conditions: [{ kind: 'vulnerability', number, ignored: false }, ...conditions],
      latestOnly: false,
      runningOnly: false,
      sort,
      ...page,
    });
    const affected = await store.vulnerabilities.affected(number, [...new Set(rows.map((row) => row.artifactId))]);
    return {
      TotalCount: total,
      List: rows.map((image) => toAffectedImage(image, affected.get(image.artifactId) ?? [])),
    };
  },
});

const toAffectedImage = (image: Image, affected: readonly AffectedPackage[]) => ({
  ImageAssetId: image.id,
  ImageID: image.imageId,
  ImageName: image.name,
  ImageTag: image.tag,
  Namespace: image.namespace,
  ImageRepoAddress: image.address,
  IsLatestImage: image.latest,
  ComponentList: affected.map(({ package: { name, version, path }, fixedVersion }) => ({
    Name: name,
    Version: version,
    FixedVersion: fixedVersion ?? '',
    Path: path,
  })),
});
