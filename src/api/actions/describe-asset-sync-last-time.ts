import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { dateTime } from '../times.ts';

/** The same over all registries as DescribeAssetImageRegistryAssetStatus, in the words for hosts; there are no hosts here. */
export const describeAssetSyncLastTime = defineAction({
  name: 'DescribeAssetSyncLastTime',
  description: 'Time of the last asset synchronisation',
  writes: false,
  input: z.strictObject({}),
  handle: async (_, { store }) => {
    const { status, latestSuccessAt, registries, settled } = await store.registries.syncState();
    return {
      AssetSyncLastTime: dateTime(latestSuccessAt),
      TaskStatus: status === 'running' ? 'PROCESSING' : 'PROCESSED',
      TaskProcess: registries === 0 ? 100 : Math.floor((settled * 100) / registries),
      FailedHostCount: 0,
      // A synchronisation has no id of its own.
      TaskId: 0,
    };
  },
});
