import { z } from 'zod';
import { scanKinds } from '../../model/scan.ts';
import { defineAction } from '../api-action.ts';
import { Filters } from '../filters.ts';
import { ImageInfo } from '../image-info.ts';
import { toImageSelection } from '../image-selection.ts';
import { errors } from '../protocol/errors.ts';
import { boolean, integer, list, text, unsigned } from '../protocol/fields.ts';
import { toScanKinds } from '../scan-types.ts';

/** Scans authorised images; what another task is scanning is left to it. ScanType absent means all three kinds. */
export const createAssetImageRegistryScanTask = defineAction({
  name: 'CreateAssetImageRegistryScanTask',
  description: 'Scan images',
  writes: true,
  input: z.strictObject({
    All: boolean().optional(),
    Images: list(ImageInfo).optional(),
    ScanType: list(text()).optional(),
    Id: list(integer()).optional(),
    Filters: Filters.optional(),
    ExcludeImageList: list(integer()).optional(),
    OnlyScanLatest: boolean().optional(),
    Timeout: unsigned().optional(),
  }),
  handle: async (input, { store, key }) => {
    const selection = toImageSelection(input);
    const task =
      selection &&
      (await store.tasks.create({
        kinds: input.ScanType?.length ? toScanKinds(input.ScanType) : scanKinds,
        selection,
        ...(input.Timeout ? { timeoutSeconds: input.Timeout } : {}),
        createdBy: key.secretId,
      }));
    if (!task) throw errors.nothingToScan();
    return { TaskID: task.id };
  },
});
