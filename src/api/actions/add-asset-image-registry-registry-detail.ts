import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { errors } from '../protocol/errors.ts';
import { boolean, integer, list, text, unsigned } from '../protocol/fields.ts';
import { causeText } from '../scan-error-codes.ts';
import { toRegistryUrl } from '../to-registry-url.ts';

const Input = z.strictObject({
  Name: text(),
  Username: text(),
  Password: text(),
  Url: text(),
  RegistryType: text(),
  NetType: text(),
  RegistryVersion: text().optional(),
  RegistryRegion: text().optional(),
  SpeedLimit: integer().optional(),
  Insecure: unsigned().optional(),
  ConnDetectConfig: list(z.strictObject({ Quuid: text().optional(), Uuid: text().optional() })).optional(),
  NeedScan: boolean().optional(),
  SyncMode: unsigned().optional(),
  WebhookUrl: text().optional(),
  WebhookToken: text().optional(),
  InstanceId: text().optional(),
});
type Input = z.output<typeof Input>;

const MAX_NAME = 255;

/**
 * A failed connection test and a taken name are soft errors of a successful answer. A registry that cannot be reached is
 * stored with its failure; a taken name stores nothing and answers the existing RegistryId. NeedScan starts the first sync at once.
 */
export const addAssetImageRegistryRegistryDetail = defineAction({
  name: 'AddAssetImageRegistryRegistryDetail',
  description: 'Connect a registry',
  writes: true,
  input: Input,
  handle: async (input, { store, now, registryTypes, checkConnection, language }) => {
    const registry = toNewRegistry(input, registryTypes);
    const { id, created } = await store.registries.add(registry);
    if (!created) {
      const taken =
        language === 'zh-CN' ? `名称 ${input.Name} 已存在` : `the name ${input.Name} is taken by another registry`;
      return { HealthCheckErr: '', NameRepeatErr: taken, RegistryId: id };
    }
    const check = await checkConnection(registry);
    const failure = check.status === 'failed' ? { cause: check.cause } : {};
    await store.registries.recordConnection(id, { status: check.status, ...failure, checkedAt: now() });
    if (registry.needScan) await store.registries.requestSync([id]);
    const message = check.status === 'failed' ? `${causeText(check.cause, 'reason', language)}: ${check.message}` : '';
    return { HealthCheckErr: message, NameRepeatErr: '', RegistryId: id };
  },
});

function toNewRegistry(input: Input, registryTypes: readonly string[]) {
  const type = registryTypes.find((each) => each === input.RegistryType.toLowerCase());
  if (!type) {
    throw errors.invalidValue(
      'RegistryType',
      input.RegistryType,
      `it must be one of ${registryTypes.join(', ')}`,
      `应为 ${registryTypes.join('、')}`,
    );
  }
  if (input.Name.trim() === '' || input.Name.length > MAX_NAME) {
    throw errors.invalidValue(
      'Name',
      input.Name,
      `it must have 1 to ${MAX_NAME} characters`,
      `长度应为 1 到 ${MAX_NAME}`,
    );
  }
  if (!['public', 'private'].includes(input.NetType)) {
    throw errors.invalidValue('NetType', input.NetType, 'it must be public or private', '应为 public 或 private');
  }
  for (const name of ['Insecure', 'SyncMode'] as const) {
    if ((input[name] ?? 0) > 1)
      throw errors.invalidValue(name, String(input[name]), 'it must be 0 or 1', '应为 0 或 1');
  }
  return {
    name: input.Name,
    type,
    url: toRegistryUrl(input.Url),
    username: input.Username,
    password: input.Password,
    netType: input.NetType,
    version: input.RegistryVersion ?? '',
    region: input.RegistryRegion || 'default',
    // Requests per second; the real service does not publish its unit.
    speedLimit: Math.max(0, input.SpeedLimit ?? 0),
    insecure: input.Insecure === 1,
    needScan: input.NeedScan ?? false,
    syncMode: input.SyncMode ?? 0,
    webhookUrl: input.WebhookUrl ?? '',
    webhookToken: input.WebhookToken ?? '',
    instanceId: input.InstanceId ?? '',
  };
}
