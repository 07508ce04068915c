import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { errors } from '../protocol/errors.ts';
import { integer, list, text, unsigned } from '../protocol/fields.ts';

/** Stops a scan of registry images, or in it the scans of RegistryImageIDs. What has ended stays as it is. */
export const stopVulScanTask = defineAction({
  name: 'StopVulScanTask',
  description: 'Stop a vulnerability scan',
  writes: true,
  input: z.strictObject({
    LocalTaskID: unsigned().optional(),
    LocalImageIDs: list(text()).optional(),
    RegistryImageIDs: list(integer()).optional(),
    RegistryTaskID: unsigned().optional(),
  }),
  handle: async ({ LocalTaskID, RegistryImageIDs, RegistryTaskID }, { store }) => {
    if (!RegistryTaskID) {
      // No local task was ever started.
      throw LocalTaskID ? errors.taskNotFound(LocalTaskID) : errors.missingParameter('RegistryTaskID');
    }
    if (!(await store.tasks.get(RegistryTaskID))) throw errors.taskNotFound(RegistryTaskID);
    if (!RegistryImageIDs?.length) await store.tasks.cancel(RegistryTaskID);
    else {
      const within = [{ kind: 'value', field: 'id', values: RegistryImageIDs } as const];
      await store.tasks.cancelImages({ taskId: RegistryTaskID, within });
    }
    return {};
  },
});
