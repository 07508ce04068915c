import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { dateTime } from '../times.ts';

/**
 * Totals of all registry images. What an image's scan could not find out is in no count of that kind: ScannedImageCnt and
 * UnScannedImageCnt tell how much is known. A day begins at midnight UTC. Of containers those are counted that the sources of what runs
 * name (0 also while there are none: IsRunning of an image then is null); hosts are not watched by this service.
 */
export const describeAssetSummary = defineAction({
  name: 'DescribeAssetSummary',
  description: 'Totals of all assets',
  writes: false,
  input: z.strictObject({}),
  handle: async (_, { store, now }) => {
    const startOfDay = new Date(now().setUTCHours(0, 0, 0, 0));
    const [totals, containers = 0] = await Promise.all([store.images.totals(startOfDay), store.runtime.containers()]);
    return {
      ...nothingOnHosts,
      ContainerCnt: containers,
      ContainerRunning: containers,
      CreateTime: dateTime(now()),
      ImageCnt: totals.images,
      ImageHasRiskInfoCnt: totals.withRisks,
      ImageHasVirusCnt: totals.infected,
      ImageHasVulsCnt: totals.vulnerable,
      ImageUntrustCnt: totals.untrusted,
      ImageUnsafeCnt: totals.atRisk,
      LatestImageScanTime: dateTime(totals.latestScanAt),
      TodayNewImageCnt: totals.listedSince,
      TodayUnsafeImageCnt: totals.listedSinceAtRisk,
      RecommendedFixImageCnt: totals.fixRecommended,
      ScannedImageCnt: totals.scanned,
      UnScannedImageCnt: totals.notScanned,
    };
  },
});

const nothingOnHosts = {
  AppCnt: 0,
  ContainerPause: 0,
  ContainerStop: 0,
  DbCnt: 0,
  HostOnline: 0,
  HostCnt: 0,
  HostUnInstallCnt: 0,
  ListenPortCnt: 0,
  ProcessCnt: 0,
  SuperNodeCnt: 0,
  SuperNodeRunningCnt: 0,
  WebServiceCnt: 0,
};
