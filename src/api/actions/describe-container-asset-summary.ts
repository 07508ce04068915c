import { z } from 'zod';
import { defineAction } from '../api-action.ts';

/**
 * Containers are those that the sources of what runs name, which name running ones alone (0 also while there are no sources: IsRunning
 * of an image then is null). Hosts and their local images are not watched by this service.
 */
export const describeContainerAssetSummary = defineAction({
  name: 'DescribeContainerAssetSummary',
  description: 'Totals of containers, hosts and images',
  writes: false,
  input: z.strictObject({}),
  handle: async (_, { store, now }) => {
    const [{ images }, containers = 0] = await Promise.all([store.images.totals(now()), store.runtime.containers()]);
    return {
      ContainerTotalCnt: containers,
      ContainerRunningCnt: containers,
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
