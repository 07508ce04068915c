import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { ConnectionCheck } from '../../src/api/api-action.ts';
import { registryFilters } from '../../src/api/registry-filters.ts';
import type { Cause } from '../../src/model/cause.ts';
import type { Store } from '../../src/store/store.ts';
import { openTestStore, postgresEngine, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { startTestApi } from '../support/start-test-api.ts';
import { type SdkClient, sdkFor } from '../support/start-test-plimsoll.ts';

type NewRegistry = Parameters<SdkClient['AddAssetImageRegistryRegistryDetail']>[0];

const PASSWORD = 'registry-password-1';
const lab: NewRegistry = {
  Name: 'lab',
  Username: 'reader',
  Password: PASSWORD,
  Url: 'https://registry.example.com/',
  RegistryType: 'docker',
  NetType: 'private',
};

for (const [name, startEngine] of Object.entries({ sqlite: sqliteEngine, postgres: postgresEngine })) {
  describe(`registries on ${name}`, () => {
    let engine: StoreEngine | undefined;
    let store: Store;
    let sdk: SdkClient;
    let chinese: SdkClient;
    let clock: { now: Date };
    /** What the next connection checks find. */
    let check: ConnectionCheck;

    beforeAll(async () => {
      engine = await startEngine();
    });
    afterAll(() => engine?.stop());
    beforeEach(async (context) => {
      if (!engine) return context.skip('PostgreSQL is not installed');
      check = { status: 'connected' };
      ({ store, clock } = await openTestStore(engine));
      onTestFinished(() => store.close());
      const api = await startTestApi(store, { checkConnection: async () => check });
      onTestFinished(() => api.stop());
      sdk = api.sdk;
      chinese = sdkFor(api.url, api.key);
      chinese.profile.language = 'zh-CN';
    });

    const add = (overrides: Partial<NewRegistry> = {}, client = sdk) =>
      client.AddAssetImageRegistryRegistryDetail({ ...lab, ...overrides });
    const list = async (request: Parameters<SdkClient['DescribeAssetImageRegistryRegistryList']>[0] = {}) =>
      (await sdk.DescribeAssetImageRegistryRegistryList(request)).List ?? [];
    const names = async (request: Parameters<SdkClient['DescribeAssetImageRegistryRegistryList']>[0]) =>
      (await list({ Limit: 100, By: 'RegistryId', Order: 'asc', ...request })).map((registry) => registry.Name);

    describe('AddAssetImageRegistryRegistryDetail', () => {
      test('connects a registry and answers its id', async () => {
        const added = await add({
          RegistryVersion: 'V2',
          SpeedLimit: 5,
          Insecure: 1,
          SyncMode: 1,
          InstanceId: 'tcr-1',
          ConnDetectConfig: [{ Quuid: 'backend', Uuid: 'backend' }],
        });

        expect(added).toEqual({
          HealthCheckErr: '',
          NameRepeatErr: '',
          RegistryId: expect.any(Number),
          RequestId: expect.any(String),
        });
        expect(await store.registries.settings(added.RegistryId ?? 0)).toEqual({
          type: 'docker',
          url: 'https://registry.example.com',
          username: 'reader',
          password: PASSWORD,
          insecure: true,
          speedLimit: 5,
          region: 'default',
          instanceId: 'tcr-1',
        });
      });

      test('stores a registry that cannot be reached, with a soft error in the language asked for', async () => {
        check = { status: 'failed', cause: 'authentication-failed', message: 'GET /v2/ was answered with 401' };

        const english = await add();
        const inChinese = await add({ Name: 'lab 2' }, chinese);

        expect(english.HealthCheckErr).toBe(
          'The registry refused the user name or password: GET /v2/ was answered with 401',
        );
        expect(inChinese.HealthCheckErr).toBe('镜像仓库拒绝了用户名或密码: GET /v2/ was answered with 401');
        expect([english.RegistryId, inChinese.RegistryId]).toEqual([expect.any(Number), expect.any(Number)]);
        expect(await names({})).toEqual(['lab', 'lab 2']);
      });

      test('stores nothing under a taken name, says so softly, and answers the existing id', async () => {
        const first = await add();

        const second = await add({ Url: 'https://other.example.com' });
        const inChinese = await add({}, chinese);

        expect(second).toMatchObject({
          HealthCheckErr: '',
          NameRepeatErr: 'the name lab is taken by another registry',
          RegistryId: first.RegistryId,
        });
        expect(inChinese.NameRepeatErr).toBe('名称 lab 已存在');
        expect((await store.registries.get(first.RegistryId ?? 0))?.url).toBe('https://registry.example.com');
      });

      test('with NeedScan asks for a sync at once', async () => {
        await add({ NeedScan: true });
        await add({ Name: 'quiet' });

        const states = (await list({ By: 'RegistryId', Order: 'asc' })).map((registry) => registry.SyncStatus);
        expect(states).toEqual(['doing', '']);
      });

      test('takes a type in any case, and an account that needs no password', async () => {
        const added = await add({ RegistryType: 'Harbor', Username: '', Password: '' });

        expect(await store.registries.get(added.RegistryId ?? 0)).toMatchObject({ type: 'harbor', region: 'default' });
      });

      const refused: readonly (readonly [Partial<NewRegistry>, string])[] = [
        [{ Name: ' ' }, 'The value ` ` of parameter `Name` is not valid: it must have 1 to 255 characters.'],
        [
          { RegistryType: 'ftp' },
          'The value `ftp` of parameter `RegistryType` is not valid: it must be one of aws, azure, ccr, docker, dockerhub, ghcr, gitlab, google, harbor, jfrog, nexus, other-tcr, quay, tcr.',
        ],
        [{ NetType: 'vpn' }, 'The value `vpn` of parameter `NetType` is not valid: it must be public or private.'],
        [{ Insecure: 2 }, 'The value `2` of parameter `Insecure` is not valid: it must be 0 or 1.'],
        [{ SyncMode: 2 }, 'The value `2` of parameter `SyncMode` is not valid: it must be 0 or 1.'],
        [
          { SpeedLimit: 3_000_000_000 },
          'The value `3000000000` of parameter `SpeedLimit` is not valid: it must be at most 1000000 requests per second.',
        ],
        [
          { Url: 'ftp://registry.example.com' },
          'The value `ftp://registry.example.com` of parameter `Url` is not valid: its scheme must be http or https.',
        ],
        [
          { Url: 'https://user:hunter2@registry.example.com' },
          'The value `https://registry.example.com` of parameter `Url` is not valid: give the credentials as Username and Password.',
        ],
      ];
      test.for(refused)('refuses %j', async ([overrides, message]) => {
        await expect(add(overrides)).rejects.toMatchObject({ code: 'InvalidParameterValue', message });
        expect(await list()).toEqual([]);
      });
    });

    describe('DescribeAssetImageRegistryRegistryDetail', () => {
      test('tells everything but the password', async () => {
        const { RegistryId = 0 } = await add({ WebhookUrl: 'https://hook.example.com', WebhookToken: 'hook-token-1' });

        const detail = await sdk.DescribeAssetImageRegistryRegistryDetail({ RegistryId });

        expect(detail).toEqual({
          Name: 'lab',
          Username: 'reader',
          Password: '********',
          Url: 'https://registry.example.com',
          RegistryType: 'docker',
          RegistryVersion: '',
          NetType: 'private',
          RegistryRegion: 'default',
          SpeedLimit: 0,
          Insecure: 0,
          ConnDetectDetail: [
            {
              Quuid: 'backend',
              Uuid: 'backend',
              ConnDetectStatus: 'status_connected',
              ConnDetectMessage: 'success',
              FailReason: '',
              Solution: '',
            },
          ],
          InstanceID: '',
          SyncMode: 0,
          NeedScan: false,
          WebhookUrl: 'https://hook.example.com',
          WebhookToken: '********',
          RequestId: expect.any(String),
        });
      });

      test('an unknown registry is named', async () => {
        for (const RegistryId of [-1, 999_999, Number.MAX_SAFE_INTEGER]) {
          await expect(sdk.DescribeAssetImageRegistryRegistryDetail({ RegistryId })).rejects.toMatchObject({
            code: 'ResourceNotFound',
            message: `There is no registry with RegistryId \`${RegistryId}\`.`,
          });
        }
      });
    });

    describe('DescribeAssetImageRegistryRegistryList', () => {
      const statuses: readonly (readonly [Cause, string, string])[] = [
        ['authentication-failed', 'status_auth_failed', 'AuthFailed'],
        ['permission-denied', 'status_auth_failed', 'PermissionDenied'],
        ['certificate-invalid', 'status_cert_failed', 'CertificateInvalid'],
        ['connection-failed', 'status_unreachable', 'ConnFailed'],
      ];
      test.for(statuses)('a connection that failed with %s is %s', async ([cause, status, message]) => {
        check = { status: 'failed', cause, message: '' };
        await add();

        const [registry] = await list();

        expect(registry?.ConnDetectDetail).toEqual([
          {
            Quuid: 'backend',
            Uuid: 'backend',
            ConnDetectStatus: status,
            ConnDetectMessage: message,
            FailReason: expect.stringMatching(/./),
            Solution: expect.stringMatching(/./),
          },
        ]);
        expect(registry?.ConnectMsg).toBe(registry?.ConnDetectDetail?.[0]?.FailReason);
      });

      test('a registry that was never tried has no state of its connection', async () => {
        await store.registries.add(sampleRegistry('untried'));

        expect((await list())[0]?.ConnDetectDetail?.[0]).toMatchObject({
          ConnDetectStatus: '',
          ConnDetectMessage: '',
          FailReason: '',
        });
      });

      test('never shows a secret', async () => {
        await add({ WebhookToken: 'hook-token-1' });

        expect(JSON.stringify(await list())).not.toMatch(/registry-password-1|hook-token-1/);
      });

      test('tells how the last sync went', async () => {
        const [good, bad] = [(await add()).RegistryId ?? 0, (await add({ Name: 'bad' })).RegistryId ?? 0];
        const at = new Date('2026-11-25T03:04:05Z');
        await store.registries.recordSync(good, { status: 'succeeded', at, skipped: {}, message: '2 repositories' });
        await store.registries.recordSync(bad, { status: 'failed', cause: 'connection-failed', message: 'no route' });

        const [first, second] = await list({ By: 'RegistryId', Order: 'asc' });

        expect(first).toMatchObject({
          SyncStatus: 'success',
          LatestSyncTime: '2026-11-25 03:04:05',
          SyncMessage: '2 repositories',
          SyncFailReason: '',
          SyncSolution: '',
        });
        expect(second).toMatchObject({
          SyncStatus: 'failed',
          LatestSyncTime: '',
          SyncMessage: 'ConnFailed: no route',
          SyncFailReason: 'Connection failure',
        });
      });

      describe('has filters', () => {
        interface FilterCase {
          readonly values: readonly string[];
          readonly exact?: boolean;
          readonly names: readonly string[];
        }
        const all: FilterCase = { values: ['all'], names: ['eu', 'us', 'lab'] };
        const cases = (ids: readonly number[]): Readonly<Record<string, readonly FilterCase[]>> => ({
          Name: [
            all,
            { values: ['U'], names: ['eu', 'us'] },
            { values: ['eu', 'lab'], exact: true, names: ['eu', 'lab'] },
            { values: ['LAB'], exact: true, names: [] },
          ],
          Url: [
            all,
            { values: ['HARBOR'], names: ['eu'] },
            { values: ['https://quay.example.com'], exact: true, names: ['us'] },
          ],
          RegistryType: [all, { values: ['harbor', 'quay'], names: ['eu', 'us'] }, { values: ['har'], names: [] }],
          NetType: [all, { values: ['public'], names: ['us'] }, { values: ['PRIVATE'], names: ['eu', 'lab'] }],
          RegistryId: [
            all,
            { values: [String(ids[1])], names: ['us'] },
            { values: ['18446744073709551615'], names: [] },
          ],
          IsAuthorized: [all],
          SyncStatus: [
            all,
            { values: ['success'], names: ['eu'] },
            { values: ['doing'], names: ['us'] },
            { values: ['failed', 'doing'], names: ['us', 'lab'] },
          ],
        });
        const seed = async () => {
          const registries = [
            { Name: 'eu', RegistryType: 'harbor', Url: 'https://harbor.example.com' },
            { Name: 'us', RegistryType: 'quay', Url: 'https://quay.example.com', NetType: 'public' },
            { Name: 'lab' },
          ];
          const ids: number[] = [];
          for (const registry of registries) ids.push((await add(registry)).RegistryId ?? 0);
          const [eu = 0, us = 0, last = 0] = ids;
          await store.registries.recordSync(eu, { status: 'succeeded', at: clock.now, skipped: {}, message: '' });
          await store.registries.requestSync([us]);
          await store.registries.recordSync(last, { status: 'failed', cause: 'connection-failed', message: '' });
          return ids;
        };

        test.for(Object.keys(registryFilters))('%s', async (Name) => {
          const known = cases(await seed())[Name] ?? [];
          expect(known.length, `test/contract/registries.test.ts has no case for ${Name}`).toBeGreaterThan(0);

          for (const { values, exact, names: expected } of known) {
            const filter = { Name, Values: [...values], ...(exact === undefined ? {} : { ExactMatch: exact }) };
            expect(await names({ Filters: [filter] }), JSON.stringify(filter)).toEqual(expected);
          }
        });

        test('joined by AND; what is unknown is named', async () => {
          await seed();
          const filters = [
            { Name: 'Name', Values: ['u'] },
            { Name: 'NetType', Values: ['public'] },
          ];

          expect(await names({ Filters: filters })).toEqual(['us']);
          for (const [Name, value] of [
            ['Names', 'x'],
            ['RegistryId', 'x'],
            ['RegistryId', '1.5'],
            ['IsAuthorized', '1'],
            ['SyncStatus', 'never'],
          ] as const) {
            await expect(names({ Filters: [{ Name, Values: [value] }] })).rejects.toMatchObject({
              code: 'InvalidParameter',
            });
          }
        });
      });

      test('is sorted and paged; the count is that before paging', async () => {
        const times = ['10', '11', '09'];
        for (const [i, hour] of times.entries()) {
          clock.now = new Date(`2026-11-25T${hour}:00:00Z`);
          const { RegistryId = 0 } = await add({ Name: `r${i}` });
          if (i > 0)
            await store.registries.recordSync(RegistryId, {
              status: 'succeeded',
              at: clock.now,
              skipped: {},
              message: '',
            });
        }
        const sorted = (By?: string, Order?: string) =>
          names({ By: By as string, Order: Order as string }).then((found) => found.join(' '));

        expect(await sorted('InsertTime', 'asc')).toBe('r2 r0 r1');
        expect(await sorted('InsertTime', '-')).toBe('r1 r0 r2');
        expect(await sorted('Name', 'DESC')).toBe('r2 r1 r0');
        expect(await sorted('LatestSyncTime', 'asc')).toBe('r0 r2 r1');
        expect(await sorted('LatestSyncTime', 'desc')).toBe('r1 r2 r0');
        expect(await sorted('RegistryId', '+')).toBe('r0 r1 r2');
        const byDefault = await list();
        expect(byDefault.map((registry) => registry.Name)).toEqual(['r1', 'r0', 'r2']);
        const page = await sdk.DescribeAssetImageRegistryRegistryList({ Limit: 1, Offset: 1 });
        expect(page).toMatchObject({ TotalCount: 3, List: [{ Name: 'r0' }] });
        expect(await sdk.DescribeAssetImageRegistryRegistryList({ Limit: 0 })).toMatchObject({
          TotalCount: 3,
          List: [],
        });
        expect(await sdk.DescribeAssetImageRegistryRegistryList({ Offset: 3 })).toMatchObject({
          TotalCount: 3,
          List: [],
        });
        await expect(list({ Limit: 101 })).rejects.toMatchObject({ code: 'InvalidParameterValue' });
        await expect(list({ By: 'Url' })).rejects.toMatchObject({
          code: 'InvalidParameter',
          message: 'The sort key `Url` is not known. Known keys: InsertTime, Name, LatestSyncTime, RegistryId.',
        });
      });
    });

    describe('SyncAssetImageRegistryAsset and DescribeAssetImageRegistryAssetStatus', () => {
      const state = async () => {
        const { Status, Err, LatestSyncSuccessTime } = await sdk.DescribeAssetImageRegistryAssetStatus();
        return { Status, Err, LatestSyncSuccessTime };
      };

      test('chosen registries are synchronised, or all of them', async () => {
        const ids = [(await add()).RegistryId ?? 0, (await add({ Name: 'second' })).RegistryId ?? 0];
        const doing = async () => names({ Filters: [{ Name: 'SyncStatus', Values: ['doing'] }] });

        await sdk.SyncAssetImageRegistryAsset({ RegistryIds: ids.slice(0, 1) });
        expect(await doing()).toEqual(['lab']);

        await sdk.SyncAssetImageRegistryAsset({});
        expect(await doing()).toEqual(['lab', 'second']);
        expect(await sdk.SyncAssetImageRegistryAsset({ All: true })).toEqual({ RequestId: expect.any(String) });
      });

      test('an unknown registry among known ones is named, and none is synchronised', async () => {
        const { RegistryId = 0 } = await add();

        await expect(sdk.SyncAssetImageRegistryAsset({ RegistryIds: [RegistryId, 999_999] })).rejects.toMatchObject({
          code: 'ResourceNotFound',
          message: 'There is no registry with RegistryId `999999`.',
        });
        expect((await list())[0]?.SyncStatus).toBe('');
      });

      test('the state is doing while any waits, failed when any failed, success otherwise', async () => {
        expect(await state()).toEqual({ Status: 'success', Err: '', LatestSyncSuccessTime: '' });
        const [good, bad] = [(await add()).RegistryId ?? 0, (await add({ Name: 'bad' })).RegistryId ?? 0];
        const at = new Date('2026-11-25T03:04:05Z');

        await sdk.SyncAssetImageRegistryAsset({});
        expect(await state()).toMatchObject({ Status: 'doing' });

        await store.registries.recordSync(good, { status: 'succeeded', at, skipped: {}, message: '' });
        await store.registries.recordSync(bad, { status: 'failed', cause: 'connection-failed', message: 'no route' });
        expect(await state()).toEqual({
          Status: 'failed',
          Err: 'bad: Connection failure: no route',
          LatestSyncSuccessTime: '2026-11-25 03:04:05',
        });

        await store.registries.recordSync(bad, { status: 'succeeded', at, skipped: {}, message: '' });
        expect(await state()).toEqual({ Status: 'success', Err: '', LatestSyncSuccessTime: '2026-11-25 03:04:05' });
      });
    });

    describe('RemoveAssetImageRegistryRegistryDetail', () => {
      test('removes a registry and its images, once', async () => {
        const { RegistryId = 0 } = await add();
        const kept = await add({ Name: 'kept' });
        await store.images.saveTags(RegistryId, 'app', [sampleTag('v1', [sampleImage('v1')])]);
        await store.images.saveTags(kept.RegistryId ?? 0, 'app', [sampleTag('v2', [sampleImage('v2')])]);

        await sdk.RemoveAssetImageRegistryRegistryDetail({ RegistryId });

        expect(await names({})).toEqual(['kept']);
        expect((await sdk.DescribeAssetImageRegistryList({})).List?.map((image) => image.ImageTag)).toEqual(['v2']);
        await expect(sdk.RemoveAssetImageRegistryRegistryDetail({ RegistryId })).rejects.toMatchObject({
          code: 'ResourceNotFound',
          message: `There is no registry with RegistryId \`${RegistryId}\`.`,
        });
      });
    });
  });
}
