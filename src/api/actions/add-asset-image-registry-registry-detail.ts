import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { nameTaken } from '../name-taken.ts';
import { text } from '../protocol/fields.ts';
import { registryFields, toRegistrySettings } from '../registry-input.ts';
import { testConnection } from '../test-connection.ts';

const Input = z.strictObject({ ...registryFields, WebhookUrl: text().optional(), WebhookToken: text().optional() });

/**
 * A failed connection test and a taken name are soft errors of a successful answer. A registry that cannot be reached is
 * stored with its failure; a taken name stores nothing and answers the existing RegistryId. NeedScan starts the first sync at once.
 */
export const addAssetImageRegistryRegistryDetail = defineAction({
  name: 'AddAssetImageRegistryRegistryDetail',
  description: 'Connect a registry',
  writes: true,
  input: Input,
  handle: async (input, context) => {
    const { store, registryTypes, language } = context;
    const registry = {
      ...toRegistrySettings(input, registryTypes),
      webhookUrl: input.WebhookUrl ?? '',
      webhookToken: input.WebhookToken ?? '',
    };
    const { id, created } = await store.registries.add(registry);
    if (!created) return { HealthCheckErr: '', NameRepeatErr: nameTaken(input.Name, language), RegistryId: id };
    const failure = await testConnection(id, registry, context);
    if (registry.needScan) await store.registries.requestSync([id]);
    return { HealthCheckErr: failure, NameRepeatErr: '', RegistryId: id };
  },
});
