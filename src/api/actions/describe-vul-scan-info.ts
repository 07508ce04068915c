import { z } from 'zod';
import type { TaskStatus } from '../../model/scan.ts';
import { defineAction } from '../api-action.ts';
import { errors } from '../protocol/errors.ts';
import { unsigned } from '../protocol/fields.ts';
import { dateTime } from '../times.ts';

/** The vocabulary has no word for a task that ran out of time: it was stopped. */
const statusNames: Readonly<Record<TaskStatus, string>> = {
  queued: 'SCANNING',
  running: 'SCANNING',
  finished: 'SCANNED',
  canceled: 'CANCELED',
  'timed-out': 'CANCELED',
};

/** A vulnerability scan of registry images, the newest unless RegistryTaskID says which. There are no local images here. */
export const describeVulScanInfo = defineAction({
  name: 'DescribeVulScanInfo',
  description: 'State of a vulnerability scan',
  writes: false,
  input: z.strictObject({ LocalTaskID: unsigned().optional(), RegistryTaskID: unsigned().optional() }),
  handle: async ({ RegistryTaskID }, { store }) => {
    const { total: ignored } = await store.ignoreRules.list({ conditions: [], direction: 'desc', offset: 0, limit: 0 });
    const local = { LocalImageScanCount: 0, FoundVulCount: 0, LocalTaskID: 0, IgnoreVulCount: ignored };
    const task = RegistryTaskID ? await store.tasks.get(RegistryTaskID) : await store.tasks.latest('vulnerability');
    const progress = task && (await store.tasks.progress(task.id, 0));
    if (!task || !progress) {
      if (RegistryTaskID) throw errors.taskNotFound(RegistryTaskID);
      return { ...local, ...never };
    }
    return {
      ...local,
      ScanStartTime: dateTime(task.startedAt ?? task.createdAt),
      ScanEndTime: dateTime(task.finishedAt),
      FoundRiskImageCount: progress.atRisk,
      ScanProgress: progress.progress,
      RegistryImageScanCount: progress.total,
      Status: statusNames[task.status],
      RemainingTime: progress.remainingSeconds,
      RegistryTaskID: task.id,
      RegistryFoundVulCount: await store.tasks.countVulnerabilities(task.id),
    };
  },
});

const never = {
  ScanStartTime: '',
  ScanEndTime: '',
  FoundRiskImageCount: 0,
  ScanProgress: 0,
  RegistryImageScanCount: 0,
  Status: 'NOT_SCAN',
  RemainingTime: 0,
  RegistryTaskID: 0,
  RegistryFoundVulCount: 0,
};
