import { z } from 'zod';
import { scanKinds } from '../../model/scan.ts';
import type { ScheduledRunResult } from '../../model/scan-schedule.ts';
import type { ImageCoordinates } from '../../store/image-query.ts';
import type { StoredScanSchedule } from '../../store/scan-schedule.ts';
import { defineAction } from '../api-action.ts';
import { scopeNumber } from '../image-choice-input.ts';
import { scanTypeNames } from '../scan-types.ts';
import { dateTime } from '../times.ts';

const resultNames: Readonly<Record<ScheduledRunResult, string>> = {
  started: 'Success',
  'nothing-authorized': 'InsufficientLicense',
  'nothing-chosen': 'ImageNeedIsEmpty',
  failed: 'InternalError',
};

/** What stands there before a timetable has been set. */
const unset: StoredScanSchedule['schedule'] = {
  enabled: false,
  periodDays: 1,
  startsAt: '00:00',
  kinds: scanKinds,
  choice: {
    scope: 'all',
    ids: [],
    coordinates: [],
    registryTypes: [],
    namespaces: [],
    runningOnly: false,
    latestOnly: false,
    excludeIds: [],
  },
};

/** The one timetable, and how its last run went. Times of day are UTC; what is not set is ''. */
export const describeImageRegistryTimingScanTask = defineAction({
  name: 'DescribeImageRegistryTimingScanTask',
  description: 'Read the scan schedule',
  writes: false,
  input: z.strictObject({}),
  handle: async (_, { store }) => {
    const stored = await store.scanSchedule.get();
    const { enabled, startsAt, endsAt, periodDays, kinds, choice } = stored?.schedule ?? unset;
    return {
      Enable: enabled,
      ScanTime: startsAt,
      ScanPeriod: periodDays,
      ScanType: kinds.map((kind) => scanTypeNames[kind]),
      All: choice.scope === 'all',
      Images: choice.coordinates.map(toImageInfo),
      Id: choice.ids,
      Latest: choice.latestOnly,
      ScanEndTime: endsAt ?? '',
      RegistryType: choice.registryTypes,
      ContainerRunning: choice.runningOnly,
      ScanScope: scopeNumber(choice.scope),
      Namespace: choice.namespaces,
      ExcludeImageAssetIds: choice.excludeIds,
      LastScanTime: dateTime(stored?.lastRunAt),
      ScanResult: stored?.lastResult ? resultNames[stored.lastResult] : '',
    };
  },
});

const toImageInfo = (coordinates: ImageCoordinates) => ({
  InstanceName: coordinates.registryName ?? '',
  Namespace: coordinates.namespace ?? '',
  ImageName: coordinates.name ?? '',
  ImageTag: coordinates.tag ?? '',
  Force: '',
  ImageDigest: coordinates.digest ?? '',
  RegistryType: coordinates.registryType ?? '',
  ImageRepoAddress: coordinates.address ?? '',
  InstanceId: coordinates.instanceId ?? '',
});
