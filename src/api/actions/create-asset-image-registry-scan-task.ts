import { z } from 'zod';
import { scanKinds } from '../../model/scan.ts';
import { defineAction } from '../api-action.ts';
import { Filters } from '../filters.ts';
import { imageFilters } from '../image-filters.ts';
import { Images, toImageSelection } from '../image-selection.ts';
import { errors } from '../protocol/errors.ts';
import { boolean, integer, list, text, unsigned } from '../protocol/fields.ts';
import { toScanKinds } from '../scan-types.ts';
import { toTimeout } from '../to-timeout.ts';

/** Scans authorised images; what another task is scanning is left to it. ScanType absent means all three kinds. */
export const createAssetImageRegistryScanTask = defineAction({
  name: 'CreateAssetImageRegistryScanTask',
  description: 'Scan images',
  writes: true,
  filters: imageFilters,
  input: z.strictObject({
    All: boolean().optional(),
    Images: Images.optional(),
    ScanType: list(text()).optional(),
    Id: list(integer()).optional(),
    Filters: Filters.optional(),
    ExcludeImageList: list(integer()).optional(),
    OnlyScanLatest: boolean().optional(),
    Timeout: unsigned().optional(),
  }),
  handle: async (input, { store, key }) => {
    const timeout = toTimeout(input.Timeout);
    const selection = toImageSelection(input);
    const task =
      selection &&
      (await store.tasks.create({
        kinds: input.ScanType?.length ? toScanKinds(input.ScanType) : scanKinds,
        selection,
        ...timeout,
        createdBy: key.secretId,
      }));
    if (!task) throw errors.nothingToScan();
    return { TaskID: task.id };
  },
});
