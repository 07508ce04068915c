import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CreatedKey, NewKey, Store } from '../../src/store/store.ts';
import { openTestStore, postgresEngine, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { sendRequest } from '../support/send-request.ts';
import { signRequest } from '../support/sign-request.ts';
import { signV1Request } from '../support/sign-v1-request.ts';
import { startTestApi, type TestApi } from '../support/start-test-api.ts';

const engines = { sqlite: sqliteEngine, postgres: postgresEngine } as const;
const STATUS = 'DescribeAssetImageRegistryAssetStatus';
const registry = {
  Name: 'lab',
  Username: 'u',
  Password: 'hunter2-password',
  Url: 'https://lab.example.com',
  RegistryType: 'docker',
  NetType: 'public',
  WebhookToken: 'hunter2-token',
};

for (const [name, start] of Object.entries(engines)) {
  describe(`keys and the audit log on ${name}`, () => {
    let engine: StoreEngine | undefined;
    let store: Store;
    let clock: { now: Date };
    let api: TestApi;

    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine?.stop());
    beforeEach(async (context) => {
      if (!engine) return context.skip('PostgreSQL is not installed');
      ({ store, clock } = await openTestStore(engine));
      api = await startTestApi(store, { now: () => clock.now });
    });
    afterEach(async () => {
      await api?.stop();
      await store?.close();
    });

    const newKey = (overrides: Partial<NewKey> = {}) => store.keys.create({ name: 'ci', role: 'admin', ...overrides });
    const call = async (key: CreatedKey, token?: string, action = STATUS, parameters: object = {}) => {
      const request = signRequest({
        key,
        action,
        body: JSON.stringify(parameters),
        host: new URL(api.url).host,
        timestamp: Math.floor(clock.now.getTime() / 1000),
        ...(token === undefined ? {} : { headers: { 'x-tc-token': token } }),
      });
      const answer = await sendRequest(api.url, request);
      const { Response } = JSON.parse(answer.text) as {
        Response: { Error?: { Code: string; Message: string }; RequestId: string };
      };
      return {
        code: Response.Error?.Code ?? 'ok',
        message: Response.Error?.Message ?? '',
        requestId: Response.RequestId,
      };
    };
    const later = (seconds: number) => {
      clock.now = new Date(clock.now.getTime() + seconds * 1000);
    };

    test('a key ends when it expires', async () => {
      const key = await newKey({ expiresAt: new Date(clock.now.getTime() + 60_000) });

      const before = await call(key);
      later(60);

      expect(before.code).toBe('ok');
      expect((await call(key)).code).toBe('AuthFailure.SecretIdNotFound');
    });

    test('a temporary key is valid only with its own token', async () => {
      const key = await newKey({ temporary: true });
      const other = await newKey({ temporary: true });

      expect((await call(key, key.token)).code).toBe('ok');
      expect(await call(key)).toMatchObject({
        code: 'AuthFailure.TokenFailure',
        message:
          'This key is temporary: it is valid only together with its own token (X-TC-Token, or the parameter Token).',
      });
      expect((await call(key, other.token)).code).toBe('AuthFailure.TokenFailure');
      expect((await call(key, `${key.token}x`)).code).toBe('AuthFailure.TokenFailure');
    });

    test('the token of the older scheme is a parameter', async () => {
      const key = await newKey({ temporary: true });
      const timestamp = Math.floor(clock.now.getTime() / 1000);
      const signed = (Token: string) =>
        signV1Request({ key, action: STATUS, host: new URL(api.url).host, timestamp, common: { Token } });

      expect((await sendRequest(api.url, signed(key.token ?? ''))).text).toContain('"Status":"success"');
      expect((await sendRequest(api.url, signed('wrong'))).text).toContain('AuthFailure.TokenFailure');
    });

    test('a lasting key with a token is refused, one with an empty token is not', async () => {
      const key = await newKey();

      expect((await call(key, 'token')).code).toBe('AuthFailure.TokenFailure');
      expect((await call(key, '')).code).toBe('ok');
    });

    test('a wrong signature does not tell whether the token was right', async () => {
      const key = await newKey({ temporary: true });

      expect((await call({ ...key, secretKey: 'wrong' }, key.token)).code).toBe('AuthFailure.SignatureFailure');
      expect((await call({ ...key, secretKey: 'wrong' })).code).toBe('AuthFailure.SignatureFailure');
    });

    test('the list shows what keys are, and no secrets', async () => {
      const key = await newKey({ temporary: true, expiresAt: new Date('2026-12-01T00:00:00Z') });

      const listed = (await store.keys.list()).find((each) => each.secretId === key.secretId);

      expect(listed).toMatchObject({ name: 'ci', temporary: true, expiresAt: new Date('2026-12-01T00:00:00Z') });
      expect(JSON.stringify(listed)).not.toContain(key.secretKey);
      expect(JSON.stringify(listed)).not.toContain(key.token);
    });

    const audit = async (query: object = {}) => (await store.audit.list({ offset: 0, limit: 100, ...query })).rows;

    test('what changes something is recorded, with its result and without secrets', async () => {
      const key = await newKey({ name: 'terraform' });

      const added = await call(key, undefined, 'AddAssetImageRegistryRegistryDetail', registry);
      later(1);
      const missing = await call(key, undefined, 'RemoveAssetImageRegistryRegistryDetail', { RegistryId: 99 });
      later(1);
      const wrong = await call(key, undefined, 'RemoveAssetImageRegistryRegistryDetail', { RegistryID: 99 });

      const entries = await audit();
      expect(entries.map(({ action, code, requestId, keyName }) => ({ action, code, requestId, keyName }))).toEqual([
        {
          action: 'RemoveAssetImageRegistryRegistryDetail',
          code: 'UnknownParameter',
          requestId: wrong.requestId,
          keyName: 'terraform',
        },
        {
          action: 'RemoveAssetImageRegistryRegistryDetail',
          code: 'ResourceNotFound',
          requestId: missing.requestId,
          keyName: 'terraform',
        },
        { action: 'AddAssetImageRegistryRegistryDetail', code: 'ok', requestId: added.requestId, keyName: 'terraform' },
      ]);
      expect(JSON.parse(entries[2]?.parameters ?? '')).toEqual({
        ...registry,
        Password: '********',
        WebhookToken: '********',
      });
      expect(JSON.stringify(entries)).not.toContain('hunter2');
    });

    test('what a reader was not allowed to do is recorded, what anybody only reads is not', async () => {
      const reader = await newKey({ role: 'reader' });

      await call(reader, undefined, STATUS);
      const refused = await call(reader, undefined, 'AddAssetImageRegistryRegistryDetail', registry);

      expect(refused.code).toBe('UnauthorizedOperation');
      expect(await audit()).toMatchObject([
        { secretId: reader.secretId, code: 'UnauthorizedOperation', requestId: refused.requestId },
      ]);
      expect(JSON.stringify(await audit())).not.toContain('hunter2');
    });

    test('a call that nobody can be named for is not recorded', async () => {
      const key = await newKey();

      await call({ ...key, secretKey: 'wrong' }, undefined, 'AddAssetImageRegistryRegistryDetail', registry);

      expect(await audit()).toEqual([]);
    });

    test('entries are found by key, action and time, counted before paging, and forgotten in time', async () => {
      const [one, two] = [await newKey(), await newKey()];
      for (const key of [one, two]) {
        await call(key, undefined, 'SyncAssetImageRegistryAsset');
        later(60);
        await call(key, undefined, 'RemoveAssetImageRegistryRegistryDetail', { RegistryId: 1 });
        later(60);
      }

      expect(await audit({ secretId: one.secretId })).toHaveLength(2);
      expect(await audit({ action: 'SyncAssetImageRegistryAsset' })).toHaveLength(2);
      expect(await audit({ from: new Date('2026-11-25T00:02:00Z') })).toHaveLength(2);
      expect(await audit({ until: new Date('2026-11-25T00:01:00Z') })).toHaveLength(2);
      expect(await store.audit.list({ offset: 3, limit: 10 })).toMatchObject({
        total: 4,
        rows: [{ action: 'SyncAssetImageRegistryAsset' }],
      });
      expect(await store.audit.forget(new Date('2026-11-25T00:02:00Z'))).toBe(2);
      expect(await audit()).toHaveLength(2);
    });
  });
}
