import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { errors } from '../protocol/errors.ts';
import { integer } from '../protocol/fields.ts';

export const removeAssetImageRegistryRegistryDetail = defineAction({
  name: 'RemoveAssetImageRegistryRegistryDetail',
  description: 'Disconnect a registry; its images leave the list',
  writes: true,
  input: z.strictObject({ RegistryId: integer() }),
  handle: async ({ RegistryId }, { store }) => {
    if (!(await store.registries.remove(RegistryId))) throw errors.registryNotFound(RegistryId);
    return {};
  },
});
