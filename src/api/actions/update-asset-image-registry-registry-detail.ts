import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { MASKED_SECRET } from '../masked-secret.ts';
import { nameTaken } from '../name-taken.ts';
import { errors } from '../protocol/errors.ts';
import { integer } from '../protocol/fields.ts';
import { registryFields, toRegistrySettings } from '../registry-input.ts';
import { testConnection } from '../test-connection.ts';

/**
 * Found by RegistryId, or by Name where the client is too old to know ids. An empty or masked Password stays as it is; an
 * absent optional parameter, too. A failed connection test is a soft error and the change is kept; a name that another
 * registry has is one that changes nothing.
 */
export const updateAssetImageRegistryRegistryDetail = defineAction({
  name: 'UpdateAssetImageRegistryRegistryDetail',
  description: 'Change a registry',
  writes: true,
  input: z.strictObject({ ...registryFields, RegistryId: integer().optional() }),
  handle: async (input, context) => {
    const { registries } = context.store;
    const known = await (input.RegistryId === undefined
      ? registries.findByName(input.Name)
      : registries.get(input.RegistryId));
    if (!known) throw errors.registryNotFound(input.RegistryId ?? input.Name);
    const { password, ...settings } = toRegistrySettings(input, context.registryTypes);
    const change = {
      ...settings,
      ...(password === '' || password === MASKED_SECRET ? {} : { password }),
      version: input.RegistryVersion ?? known.version,
      region: input.RegistryRegion || known.region,
      speedLimit: input.SpeedLimit === undefined ? known.speedLimit : settings.speedLimit,
      insecure: input.Insecure === undefined ? known.insecure : settings.insecure,
      needScan: input.NeedScan ?? known.needScan,
      syncMode: input.SyncMode ?? known.syncMode,
      instanceId: input.InstanceId ?? known.instanceId,
    };
    const outcome = await registries.update(known.id, change);
    if (outcome === 'not-found') throw errors.registryNotFound(known.id);
    if (outcome === 'name-taken') {
      const taken = nameTaken(input.Name, context.language);
      return { HealthCheckErr: '', NameRepeatErr: taken, RegistryId: known.id };
    }
    const saved = await registries.settings(known.id);
    if (!saved) throw errors.registryNotFound(known.id);
    const failure = await testConnection(known.id, saved, context);
    return { HealthCheckErr: failure, NameRepeatErr: '', RegistryId: known.id };
  },
});
