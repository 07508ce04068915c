import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore, type StoreEngine, sqliteEngine } from '../../test/support/open-test-store.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { createVault } from '../store/vault.ts';
import { storeAdminKey } from './store-admin-key.ts';

const log = pino({ level: 'silent' });
const key = { secretId: 'AKIDconfigured', secretKey: 'the-secret-of-the-first-day' };

let engine: StoreEngine;
let store: Store;
let clock: { now: Date };
let url: string;
beforeEach(async () => {
  engine = await sqliteEngine();
  ({ store, clock, url } = await openTestStore(engine));
});
afterEach(async () => {
  await store.close();
  await engine.stop();
});

const later = () => {
  clock.now = new Date(clock.now.getTime() + 60_000);
};

test('the first start stores the key as an admin', async () => {
  await storeAdminKey(store.keys, key, log);

  expect(await store.keys.find(key.secretId)).toMatchObject({ role: 'admin', secretKey: key.secretKey });
});

test('a restart changes nothing about it', async () => {
  await storeAdminKey(store.keys, key, log);
  await store.keys.recordUse(key.secretId, clock.now);
  const before = await store.keys.list();
  later();

  await storeAdminKey(store.keys, key, log);

  expect(await store.keys.list()).toEqual(before);
});

test('a restart does not bring a revoked key back', async () => {
  await storeAdminKey(store.keys, key, log);
  await store.keys.revoke(key.secretId);
  later();

  await storeAdminKey(store.keys, key, log);

  expect(await store.keys.find(key.secretId)).toBeUndefined();
});

test('a secret that was changed in the settings is the only one that works', async () => {
  await storeAdminKey(store.keys, key, log);

  await storeAdminKey(store.keys, { ...key, secretKey: 'another-secret' }, log);

  expect((await store.keys.find(key.secretId))?.secretKey).toBe('another-secret');
});

test('with another master key the configured secret is sealed anew', async () => {
  await storeAdminKey(store.keys, key, log);
  await store.close();
  store = await openStore({ url, vault: createVault(Buffer.alloc(32, 9)), now: () => clock.now });

  await storeAdminKey(store.keys, key, log);

  expect((await store.keys.find(key.secretId))?.secretKey).toBe(key.secretKey);
});
