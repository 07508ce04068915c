import { z } from 'zod';
import { errors } from './protocol/errors.ts';
import { boolean, integer, list, text, unsigned } from './protocol/fields.ts';
import { toRegistryUrl } from './to-registry-url.ts';

/** The parameters that connecting a registry and changing one have in common. */
export const registryFields = {
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
  InstanceId: text().optional(),
};
const RegistryFields = z.strictObject(registryFields);
type RegistryFields = z.output<typeof RegistryFields>;

const MAX_NAME = 255;
const MAX_SPEED_LIMIT = 1_000_000;

/** The settings that the parameters describe. @throws ApiError InvalidParameterValue */
export function toRegistrySettings(input: RegistryFields, registryTypes: readonly string[]) {
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
  if ((input.SpeedLimit ?? 0) > MAX_SPEED_LIMIT) {
    throw errors.invalidValue(
      'SpeedLimit',
      String(input.SpeedLimit),
      `it must be at most ${MAX_SPEED_LIMIT} requests per second`,
      `不得超过每秒 ${MAX_SPEED_LIMIT} 次`,
    );
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
    // Requests per second, 0 or less for no limit; the real service does not publish its unit.
    speedLimit: Math.max(0, input.SpeedLimit ?? 0),
    insecure: input.Insecure === 1,
    needScan: input.NeedScan ?? false,
    syncMode: input.SyncMode ?? 0,
    instanceId: input.InstanceId ?? '',
  };
}
