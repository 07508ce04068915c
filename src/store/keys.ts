import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Selectable } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { Database } from './database.ts';
import { toDate } from './image-rows.ts';
import type { ApiKey, KeyRole, KeyStore } from './store.ts';
import type { ApiKeysTable } from './tables.ts';
import type { Vault } from './vault.ts';

/** A use is written at most this often: a list call must not cost a commit. */
const USE_RECORDED_EVERY_MS = 60_000;
const SECRETS_KEPT = 100;
const letters = (bytes: number) => randomBytes(bytes).toString('base64url').replace(/[-_]/g, 'x');

const hash = (token: string) => createHash('sha256').update(token).digest();

export function createKeyStore({ read, write }: Database, vault: Vault, now: () => Date): KeyStore {
  const lastRecorded = new Map<string, number>();
  const opened = new LRUCache<string, string>({ max: SECRETS_KEPT });
  /** The secret in clear; a sealed text never means another one. */
  const open = (sealed: string): string => {
    const secretKey = opened.get(sealed) ?? vault.open(sealed);
    opened.set(sealed, secretKey);
    return secretKey;
  };
  // Every call of the API asks for its key: the query is built once.
  const findKey = read
    .selectFrom('api_keys')
    .selectAll()
    .where('secret_id', '=', '')
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', 0)]))
    .compile();
  return {
    create: async ({ name, role, secretId = `AKID${letters(24)}`, secretKey = letters(24), expiresAt, temporary }) => {
      const token = temporary ? letters(48) : undefined;
      const row = {
        secret_sealed: vault.seal(secretKey),
        name,
        role,
        created_at: now().getTime(),
        last_used_at: null,
        revoked_at: null,
        expires_at: expiresAt?.getTime() ?? null,
        token_hash: token === undefined ? null : hash(token).toString('hex'),
      };
      await write
        .insertInto('api_keys')
        .values({ secret_id: secretId, ...row })
        .onConflict((conflict) => conflict.column('secret_id').doUpdateSet(row))
        .execute();
      return { ...toKey({ secret_id: secretId, ...row }), secretKey, ...(token === undefined ? {} : { token }) };
    },
    find: async (secretId) => {
      const query: typeof findKey = { ...findKey, parameters: [secretId, now().getTime()] };
      const [row] = (await read.executeQuery(query)).rows;
      if (!row) return undefined;
      const tokenHash = row.token_hash;
      return {
        ...toKey(row),
        secretKey: open(row.secret_sealed),
        accepts: (token) =>
          tokenHash === null ? token === '' : timingSafeEqual(hash(token), Buffer.from(tokenHash, 'hex')),
      };
    },
    list: async () =>
      (await read.selectFrom('api_keys').selectAll().orderBy('created_at').orderBy('secret_id').execute()).map(toKey),
    revoke: async (secretId) => {
      const revoked = await write
        .updateTable('api_keys')
        .set({ revoked_at: now().getTime() })
        .where('secret_id', '=', secretId)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      return revoked.numUpdatedRows > 0n;
    },
    recordUse: async (secretId, at) => {
      const time = at.getTime();
      if (time - (lastRecorded.get(secretId) ?? 0) < USE_RECORDED_EVERY_MS) return;
      lastRecorded.set(secretId, time);
      await write.updateTable('api_keys').set({ last_used_at: time }).where('secret_id', '=', secretId).execute();
    },
  };
}

function toKey(row: Selectable<ApiKeysTable>): ApiKey {
  return {
    secretId: row.secret_id,
    name: row.name,
    role: row.role as KeyRole,
    createdAt: new Date(row.created_at),
    lastUsedAt: toDate(row.last_used_at),
    revokedAt: toDate(row.revoked_at),
    expiresAt: toDate(row.expires_at),
    temporary: row.token_hash !== null,
  };
}
