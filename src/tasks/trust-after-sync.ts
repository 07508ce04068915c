import type { Logger } from 'pino';
import { trustImages } from '../inventory/trust-images.ts';
import type { Registry } from '../model/registry.ts';
import type { RegistryClient } from '../registries/registry-client.ts';
import { isDatabaseTrouble } from '../store/is-database-trouble.ts';
import type { Store } from '../store/store.ts';
import { loadTrustPolicy } from '../trust/load-trust-policy.ts';

export interface TrustAfterSyncDeps {
  readonly store: Pick<Store, 'trust'>;
  /** Read anew each time. */
  readonly policyPath: string | undefined;
  readonly log: Logger;
  /** Absent: the whole registry. */
  readonly repository?: string;
}

/**
 * Judges the signatures of what a sync, or a look after an event, has listed; what to tell people of it, '' when there is nothing. A policy or signatures
 * that cannot be read leave the verdicts as they were, and fail no sync.
 */
export async function trustAfterSync(
  registry: Registry,
  client: RegistryClient,
  { store, policyPath, log, repository }: TrustAfterSyncDeps,
  signal: AbortSignal,
): Promise<string> {
  try {
    const policy = await loadTrustPolicy(policyPath);
    const { checked, signed, unreadable } = await trustImages(registry, client, { store, policy, repository }, signal);
    log.info({ registry: registry.name, repository, checked, signed, unreadable }, 'signatures judged');
    if (checked === 0) return '';
    const rest = unreadable > 0 ? `, and of ${unreadable} they could not be read` : '';
    return `Signatures of ${checked} images were looked for: ${signed} are signed as the trust policy asks${rest}.`;
  } catch (error) {
    if (signal.aborted || isDatabaseTrouble(error)) throw error;
    log.warn({ err: error, registry: registry.name, repository }, 'signatures could not be judged');
    return `Which images are trusted was not looked at to the end: ${error instanceof Error ? error.message : String(error)}`;
  }
}
