import { z } from 'zod';
import { scanKinds } from '../../model/scan.ts';
import { defineAction } from '../api-action.ts';
import { Filters } from '../filters.ts';
import { Images, toImageSelection } from '../image-selection.ts';
import { errors } from '../protocol/errors.ts';
import { boolean, integer, list, text, unsigned } from '../protocol/fields.ts';
import { toScanKinds } from '../scan-types.ts';

/** A year: beyond that it is a mistake, and with a clock added no longer a time. */
const MAX_TIMEOUT_SECONDS = 31_536_000;

/** Scans authorised images; what another task is scanning is left to it. ScanType absent means all three kinds. */
export const createAssetImageRegistryScanTask = defineAction({
  name: 'CreateAssetImageRegistryScanTask',
  description: 'Scan images',
  writes: true,
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
    if ((input.Timeout ?? 0) > MAX_TIMEOUT_SECONDS) {
      throw errors.invalidValue(
        'Timeout',
        String(input.Timeout),
        `it must be at most ${MAX_TIMEOUT_SECONDS} seconds`,
        `不得超过 ${MAX_TIMEOUT_SECONDS} 秒`,
      );
    }
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
