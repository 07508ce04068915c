import { z } from 'zod';
import type { ImageSelection } from '../../store/image-query.ts';
import { defineAction } from '../api-action.ts';
import { errors } from '../protocol/errors.ts';
import { boolean, integer, list, text, unsigned } from '../protocol/fields.ts';

const Input = z.strictObject({
  LocalImageScanType: text().optional(),
  LocalImageIDs: list(text()).optional(),
  RegistryImageScanType: text().optional(),
  RegistryImageIDs: list(integer()).optional(),
  LocalTaskID: unsigned().optional(),
  RegistryTaskID: unsigned().optional(),
  LocalImageContainerRunning: boolean().optional(),
  RegistryImageContainerRunning: boolean().optional(),
  IsLatest: boolean().optional(),
  ExcludeLocalImageIDs: list(text()).optional(),
  ExcludeRegistryImageIDs: list(integer()).optional(),
  LocalClusterIDs: list(text()).optional(),
});
type Input = z.output<typeof Input>;

/**
 * Scans authorised registry images for vulnerabilities: those of RegistryImageIDs, else those of an earlier RegistryTaskID, else
 * ALL or NOT_SCAN of RegistryImageScanType. The parameters of local images are accepted: there are none here, so LocalTaskID is 0.
 */
export const createVulScanTask = defineAction({
  name: 'CreateVulScanTask',
  description: 'Scan images for vulnerabilities',
  writes: true,
  input: Input,
  handle: async (input, { store, key }) => {
    if (input.RegistryTaskID && !(await store.tasks.get(input.RegistryTaskID))) {
      throw errors.taskNotFound(input.RegistryTaskID);
    }
    const selection = toSelection(input);
    const task =
      selection && (await store.tasks.create({ kinds: ['vulnerability'], selection, createdBy: key.secretId }));
    if (!task) throw errors.nothingToScan();
    return { LocalTaskID: 0, RegistryTaskID: task.id };
  },
});

function toSelection(input: Input): ImageSelection | undefined {
  const chosen = selectors(input);
  return (
    chosen && {
      ...chosen,
      within: [
        ...(chosen.within ?? []),
        ...(input.RegistryImageContainerRunning ? [{ kind: 'value', field: 'running', values: [true] } as const] : []),
      ],
      excludeIds: input.ExcludeRegistryImageIDs ?? [],
      latestOnly: input.IsLatest ?? false,
    }
  );
}

function selectors(input: Input): ImageSelection | undefined {
  if (input.RegistryImageIDs?.length) return { ids: input.RegistryImageIDs };
  if (input.RegistryTaskID) return { taskId: input.RegistryTaskID };
  switch (input.RegistryImageScanType) {
    case undefined:
    case '':
      return undefined;
    case 'ALL':
      return { all: true };
    case 'NOT_SCAN':
      return { all: true, within: [{ kind: 'value', field: 'vulnerabilityStatus', values: ['not-scanned'] }] };
    case 'IMAGEIDS':
      throw errors.missingParameter('RegistryImageIDs');
    default:
      throw errors.invalidValue(
        'RegistryImageScanType',
        input.RegistryImageScanType,
        'it must be ALL, NOT_SCAN or IMAGEIDS',
        '应为 ALL、NOT_SCAN 或 IMAGEIDS',
      );
  }
}
