import type { RegistryLimits } from '../model/registry-budget.ts';
import type { Config } from './load-config.ts';

/** What may be asked of a registry that has no limits of its own. */
export function registryLimits({ registryRequests, registryBytes, registryConcurrency }: Config): RegistryLimits {
  return {
    ...(registryRequests ? { requests: registryRequests } : {}),
    ...(registryBytes ? { bytes: registryBytes } : {}),
    concurrency: registryConcurrency,
  };
}
