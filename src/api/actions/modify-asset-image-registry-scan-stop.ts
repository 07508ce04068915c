import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { Filters } from '../filters.ts';
import { Images, toImageSelection } from '../image-selection.ts';
import { errors } from '../protocol/errors.ts';
import { boolean, integer, list, unsigned } from '../protocol/fields.ts';

/** Stops a task, or the scans of images in whatever task. What has ended stays as it is, so it can be called twice. */
export const modifyAssetImageRegistryScanStop = defineAction({
  name: 'ModifyAssetImageRegistryScanStop',
  description: 'Stop scans',
  writes: true,
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
    if (input.TaskID !== undefined) {
      if (!(await store.tasks.cancel(input.TaskID))) throw errors.taskNotFound(input.TaskID);
      return {};
    }
    const selection = toImageSelection(input);
    if (!selection) throw errors.missingParameter('TaskID');
    await store.tasks.cancelImages(selection);
    return {};
  },
});
