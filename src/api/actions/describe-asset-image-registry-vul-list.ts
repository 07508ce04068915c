import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { Filters, toConditions } from '../filters.ts';
import { findImage } from '../find-image.ts';
import { ImageInfo } from '../image-info.ts';
import { layerCommands } from '../layer-commands.ts';
import { toPage } from '../paging.ts';
import { unsigned } from '../protocol/fields.ts';
import { toImageVul } from '../to-image-vul.ts';
import { vulnerabilityFilters } from '../vulnerability-filters.ts';

/** Vulnerabilities of one image, worst first. */
export const describeAssetImageRegistryVulList = defineAction({
  name: 'DescribeAssetImageRegistryVulList',
  description: 'Vulnerabilities of one image',
  writes: false,
  filters: vulnerabilityFilters,
  input: z.strictObject({
    Limit: unsigned().optional(),
    Offset: unsigned().optional(),
    Filters: Filters.optional(),
    ImageInfo: ImageInfo.optional(),
    Id: unsigned().optional(),
  }),
  handle: async (input, { store, language }) => {
    const conditions = toConditions(input.Filters, vulnerabilityFilters);
    const page = toPage(input);
    const image = await findImage(store.images, input);
    const { rows, total } = await store.findings.vulnerabilities(image.artifactId, { conditions, ...page });
    const commands = await layerCommands(store.images, image.artifactId);
    return { TotalCount: total, List: rows.map((row) => toImageVul(row, commands, language)) };
  },
});
