import { z } from 'zod';
import { scanKinds } from '../../model/scan.ts';
import { chosenImages } from '../../store/image-choice.ts';
import { defineAction } from '../api-action.ts';
import { toImageChoice } from '../image-choice-input.ts';
import { Images } from '../image-selection.ts';
import { errors } from '../protocol/errors.ts';
import { boolean, integer, list, text, unsigned } from '../protocol/fields.ts';
import { toScanKinds } from '../scan-types.ts';
import { toTimeout } from '../to-timeout.ts';

/** Scans authorised images of a scope, narrowed by RegistryType, Namespace, ContainerRunning and IsLatest, less ExcludeIDs. */
export const createAssetImageRegistryScanTaskOneKey = defineAction({
  name: 'CreateAssetImageRegistryScanTaskOneKey',
  description: 'Scan images by scope (one key)',
  writes: true,
  input: z.strictObject({
    All: boolean().optional(),
    Images: Images.optional(),
    ScanType: list(text()).optional(),
    Id: list(integer()).optional(),
    ExcludeIDs: list(integer()).optional(),
    IsLatest: boolean().optional(),
    ScanScope: unsigned().optional(),
    RegistryType: list(text()).optional(),
    Namespace: list(text()).optional(),
    ContainerRunning: boolean().optional(),
    Timeout: unsigned().optional(),
  }),
  handle: async (input, { store, key }) => {
    const choice = toImageChoice(input, input.IsLatest ?? false, input.ExcludeIDs ?? []);
    const task = await store.tasks.create({
      kinds: input.ScanType?.length ? toScanKinds(input.ScanType) : scanKinds,
      selection: chosenImages(choice),
      ...toTimeout(input.Timeout),
      createdBy: key.secretId,
    });
    if (!task) throw errors.nothingToScan();
    return { TaskID: task.id };
  },
});
