import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { causeText } from '../scan-error-codes.ts';
import { dateTime } from '../times.ts';

const statusNames = { running: 'doing', succeeded: 'success', failed: 'failed' } as const;

/** Over all registries: doing while any waits or runs, failed when the last sync of any failed. */
export const describeAssetImageRegistryAssetStatus = defineAction({
  name: 'DescribeAssetImageRegistryAssetStatus',
  description: 'State of the synchronisation',
  writes: false,
  input: z.strictObject({}),
  handle: async (_, { store, language }) => {
    const { status, failed, latestSuccessAt } = await store.registries.syncState();
    return {
      Status: statusNames[status],
      Err: failed
        .map(({ name, cause, message }) => `${name}: ${causeText(cause, 'reason', language)}: ${message}`)
        .join('; '),
      LatestSyncSuccessTime: dateTime(latestSuccessAt),
    };
  },
});
