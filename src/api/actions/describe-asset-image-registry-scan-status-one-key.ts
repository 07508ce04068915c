import { z } from 'zod';
import type { ImageScanProgress, TaskProgress, TaskStore } from '../../store/store.ts';
import { defineAction } from '../api-action.ts';
import { Images, toImageSelection } from '../image-selection.ts';
import { errors } from '../protocol/errors.ts';
import { boolean, integer, list, unsigned } from '../protocol/fields.ts';
import { scanStatusNames } from '../scan-statuses.ts';

const statusNames: Readonly<Record<TaskProgress['status'], string>> = {
  none: 'NOT_SCAN',
  queued: 'SCANNING',
  running: 'SCANNING',
  finished: 'SCANNED',
  canceled: 'CANCELED',
  'timed-out': 'SCAN_TIMEOUT',
};
/** ImageStatus is a picture of what is going on, not a list to page through. */
const MAX_IMAGES = 100;

export const describeAssetImageRegistryScanStatusOneKey = defineAction({
  name: 'DescribeAssetImageRegistryScanStatusOneKey',
  description: 'State of a scan task, or of the scans of images',
  writes: false,
  input: z.strictObject({
    Images: Images.optional(),
    All: boolean().optional(),
    Id: list(integer()).optional(),
    TaskID: unsigned().optional(),
  }),
  handle: async (input, { store }) => {
    const progress = await findProgress(input, store.tasks);
    return {
      ImageTotal: progress.total,
      ImageScanCnt: progress.finished,
      ImageStatus: progress.images.map(toImageProgress),
      SuccessCount: progress.succeeded,
      RiskCount: progress.atRisk,
      Schedule: progress.progress,
      Status: statusNames[progress.status],
      ScanRemainTime: progress.remainingSeconds,
    };
  },
});

async function findProgress(
  input: Parameters<typeof toImageSelection>[0] & { readonly TaskID?: number | undefined },
  tasks: TaskStore,
): Promise<TaskProgress> {
  if (input.TaskID !== undefined) {
    const progress = await tasks.progress(input.TaskID, MAX_IMAGES);
    if (!progress) throw errors.taskNotFound(input.TaskID);
    return progress;
  }
  const selection = toImageSelection(input);
  if (!selection) throw errors.missingParameter('TaskID');
  return tasks.progressOf(selection, MAX_IMAGES);
}

function toImageProgress({ image, status, vulnerability, malware, risk }: ImageScanProgress) {
  return {
    ImageId: image.imageId,
    RegistryType: image.registryType,
    ImageRepoAddress: image.address,
    InstanceId: image.instanceId,
    InstanceName: image.registryName,
    Namespace: image.namespace,
    ImageName: image.name,
    ImageTag: image.tag,
    ScanStatus: scanStatusNames[status],
    CveProgress: vulnerability.progress,
    RiskProgress: risk.progress,
    VirusProgress: malware.progress,
  };
}
