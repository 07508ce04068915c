import type { Logger } from 'pino';
import type { KeyStore } from '../store/store.ts';

interface ApiKeyPair {
  readonly secretId: string;
  readonly secretKey: string;
}

/**
 * Makes the configured admin key usable, with its present secret, until somebody revokes it: a restart does not bring a
 * revoked key back.
 */
export async function storeAdminKey(keys: KeyStore, { secretId, secretKey }: ApiKeyPair, log: Logger): Promise<void> {
  const known = (await keys.list()).find((key) => key.secretId === secretId);
  if (known?.revokedAt) {
    log.warn({ secretId }, 'the configured admin key has been revoked; `plimsoll key create` makes another');
    return;
  }
  if (known && (await isStored(keys, secretId, secretKey))) return;
  await keys.create({ name: 'admin', role: 'admin', secretId, secretKey });
}

async function isStored(keys: KeyStore, secretId: string, secretKey: string): Promise<boolean> {
  try {
    return (await keys.find(secretId))?.secretKey === secretKey;
  } catch {
    return false; // sealed with another master key
  }
}
