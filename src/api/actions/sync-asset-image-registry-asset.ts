import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { errors } from '../protocol/errors.ts';
import { boolean, integer, list } from '../protocol/fields.ts';

/** Neither parameter means all registries. The sync runs in the background; see DescribeAssetImageRegistryAssetStatus. */
export const syncAssetImageRegistryAsset = defineAction({
  name: 'SyncAssetImageRegistryAsset',
  description: 'Start an asset synchronisation',
  writes: true,
  input: z.strictObject({ All: boolean().optional(), RegistryIds: list(integer()).optional() }),
  handle: async ({ All, RegistryIds }, { store }) => {
    const { unknown } = await store.registries.requestSync(All || !RegistryIds?.length ? 'all' : RegistryIds);
    if (unknown[0] !== undefined) throw errors.registryNotFound(unknown[0]);
    return {};
  },
});
