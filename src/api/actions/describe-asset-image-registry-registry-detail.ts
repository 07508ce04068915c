import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { connectionDetail } from '../connection-state.ts';
import { MASKED_SECRET } from '../masked-secret.ts';
import { errors } from '../protocol/errors.ts';
import { integer } from '../protocol/fields.ts';

export const describeAssetImageRegistryRegistryDetail = defineAction({
  name: 'DescribeAssetImageRegistryRegistryDetail',
  description: 'One registry; the password is masked',
  writes: false,
  input: z.strictObject({ RegistryId: integer() }),
  handle: async ({ RegistryId }, { store, language }) => {
    const registry = await store.registries.get(RegistryId);
    if (!registry) throw errors.registryNotFound(RegistryId);
    const detail = connectionDetail(registry, await store.budgets.closed(), language);
    return {
      Name: registry.name,
      Username: registry.username,
      Password: MASKED_SECRET,
      Url: registry.url,
      RegistryType: registry.type,
      RegistryVersion: registry.version,
      NetType: registry.netType,
      RegistryRegion: registry.region,
      SpeedLimit: registry.speedLimit,
      Insecure: Number(registry.insecure),
      ConnDetectDetail: [detail],
      InstanceID: registry.instanceId,
      SyncMode: registry.syncMode,
      NeedScan: registry.needScan,
      WebhookUrl: registry.webhookUrl,
      WebhookToken: MASKED_SECRET,
    };
  },
});
