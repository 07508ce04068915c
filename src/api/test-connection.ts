import type { RegistrySettings } from '../model/registry.ts';
import type { ActionContext } from './api-action.ts';
import { causeText } from './scan-error-codes.ts';

/** Tries a registry and records the result. Returns HealthCheckErr: a soft error of a successful answer, '' when connected. */
export async function testConnection(
  id: number,
  settings: RegistrySettings,
  { store, checkConnection, now, language }: ActionContext,
): Promise<string> {
  const check = await checkConnection(settings);
  const failure = check.status === 'failed' ? { cause: check.cause } : {};
  const report = check.report ? { report: check.report } : {};
  await store.registries.recordConnection(id, { status: check.status, ...failure, ...report, checkedAt: now() });
  return check.status === 'failed' ? `${causeText(check.cause, 'reason', language)}: ${check.message}` : '';
}
