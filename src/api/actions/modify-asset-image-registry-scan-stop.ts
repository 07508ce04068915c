import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { Filters } from '../filters.ts';
import { imageFilters } from '../image-filters.ts';
import { Images } from '../image-selection.ts';
import { boolean, integer, list, unsigned } from '../protocol/fields.ts';
import { stopScans } from '../stop-scans.ts';

/** Stops a task, or the scans of images in whatever task. What has ended stays as it is, so it can be called twice. */
export const modifyAssetImageRegistryScanStop = defineAction({
  name: 'ModifyAssetImageRegistryScanStop',
  description: 'Stop scans',
  writes: true,
  filters: imageFilters,
  input: z.strictObject({
    All: boolean().optional(),
    Images: Images.optional(),
    Id: list(integer()).optional(),
    Filters: Filters.optional(),
    ExcludeImageList: list(integer()).optional(),
    OnlyScanLatest: boolean().optional(),
    TaskID: unsigned().optional(),
  }),
  handle: async (input, { store }) => {
    await stopScans(input, store.tasks);
    return {};
  },
});
