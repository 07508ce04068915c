import { z } from 'zod';
import { scanKinds } from '../../model/scan.ts';
import { defineAction } from '../api-action.ts';
import { toImageChoice } from '../image-choice-input.ts';
import { Images } from '../image-selection.ts';
import { boolean, integer, list, text, unsigned } from '../protocol/fields.ts';
import { toPeriodDays, toTimeOfDay } from '../scan-times-input.ts';
import { toScanKinds } from '../scan-types.ts';

/**
 * Sets the one timetable: every ScanPeriod days at ScanTime (HH:MM, UTC), until ScanEndTime at the latest. The first run is at the next
 * ScanTime from now. Which images: as in CreateAssetImageRegistryScanTaskOneKey; without any of these parameters, all.
 */
export const updateImageRegistryTimingScanTask = defineAction({
  name: 'UpdateImageRegistryTimingScanTask',
  description: 'Change the scan schedule',
  writes: true,
  input: z.strictObject({
    ScanPeriod: unsigned(),
    Enable: boolean(),
    ScanTime: text(),
    ScanType: list(text()).optional(),
    Images: Images.optional(),
    All: boolean().optional(),
    Id: list(integer()).optional(),
    Latest: boolean().optional(),
    ContainerRunning: boolean().optional(),
    ScanEndTime: text().optional(),
    ScanScope: unsigned().optional(),
    RegistryType: list(text()).optional(),
    Namespace: list(text()).optional(),
    ExcludeImageAssetIds: list(integer()).optional(),
  }),
  handle: async (input, { store }) => {
    const chosen = { ...input, All: input.All || input.ScanScope === undefined };
    await store.scanSchedule.set({
      enabled: input.Enable,
      periodDays: toPeriodDays(input.ScanPeriod),
      startsAt: toTimeOfDay('ScanTime', input.ScanTime),
      ...(input.ScanEndTime ? { endsAt: toTimeOfDay('ScanEndTime', input.ScanEndTime) } : {}),
      kinds: input.ScanType?.length ? toScanKinds(input.ScanType) : scanKinds,
      choice: toImageChoice(chosen, input.Latest ?? false, input.ExcludeImageAssetIds ?? []),
    });
    return {};
  },
});
