import { z } from 'zod';
import { scanKinds } from '../../model/scan.ts';
import { defineAction } from '../api-action.ts';
import { toIdsAndDigests } from '../image-ids.ts';
import { errors } from '../protocol/errors.ts';
import { boolean, list, text } from '../protocol/fields.ts';
import { toScanKinds } from '../scan-types.ts';

/** The older way to authorise: all images, or those with the given ids or digests; then scans them where NeedScan asks for it. */
export const renewImageAuthorizeState = defineAction({
  name: 'RenewImageAuthorizeState',
  description: 'Authorise images for scanning, and scan them',
  writes: true,
  input: z.strictObject({
    AllImages: boolean(),
    ImageIds: list(text()).optional(),
    NeedScan: boolean().optional(),
    ScanType: list(text()).optional(),
  }),
  handle: async (input, { store, key }) => {
    if (!input.AllImages && !input.ImageIds?.length) throw errors.missingParameter('ImageIds');
    const kinds = input.ScanType?.length ? toScanKinds(input.ScanType) : scanKinds;
    const selection = input.AllImages ? { all: true } : toIdsAndDigests(input.ImageIds ?? []);
    const cap = Number.MAX_SAFE_INTEGER;
    const { refused } = await store.authorizations.authorize({ selection, cap, type: 'manual' });
    if (refused > 0) throw errors.authorizedNotEnough(refused);
    if (input.NeedScan) await store.tasks.create({ kinds, selection, createdBy: key.secretId });
    return {};
  },
});
