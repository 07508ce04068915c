import { z } from 'zod';
import { defineAction } from '../api-action.ts';

/** Hosts, containers and their local images are not watched by this service: there are none of them. */
export const describeContainerAssetSummary = defineAction({
  name: 'DescribeContainerAssetSummary',
  description: 'Totals of containers, hosts and images',
  writes: false,
  input: z.strictObject({}),
  handle: async (_, { store, now }) => {
    const { images } = await store.images.totals(now());
    return {
      ContainerTotalCnt: 0,
      ContainerRunningCnt: 0,
      ContainerPauseCnt: 0,
      ContainerStopped: 0,
      ImageCnt: 0,
      HostCnt: 0,
      HostRunningCnt: 0,
      HostOfflineCnt: 0,
      ImageRegistryCnt: images,
      ImageTotalCnt: images,
      HostUnInstallCnt: 0,
      HostSuperNodeCnt: 0,
    };
  },
});
