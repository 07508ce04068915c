import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ConnectionCheck } from '../../src/api/api-action.ts';
import type { RegistrySettings } from '../../src/model/registry.ts';
import type { Summary } from '../../src/model/scan.ts';
import { locateReference } from '../../src/oci/locate-reference.ts';
import type { Store } from '../../src/store/store.ts';
import { openTestStore, postgresEngine, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { digestOf, sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { startTestApi, type TestApi } from '../support/start-test-api.ts';
import type { SdkClient } from '../support/start-test-plimsoll.ts';

const engines = { sqlite: sqliteEngine, postgres: postgresEngine } as const;
const notFound = { code: 'ResourceNotFound' };

for (const [name, start] of Object.entries(engines)) {
  describe(`registries and asset summaries on ${name}`, () => {
    let engine: StoreEngine | undefined;
    let store: Store;
    let clock: { now: Date };
    let api: TestApi;
    let sdk: SdkClient;
    let tried: RegistrySettings[];
    let check: ConnectionCheck;

    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine?.stop());
    beforeEach(async (context) => {
      if (!engine) return context.skip('PostgreSQL is not installed');
      ({ store, clock } = await openTestStore(engine));
      tried = [];
      check = { status: 'connected' };
      api = await startTestApi(store, {
        checkConnection: async (settings) => {
          tried.push(settings);
          return check;
        },
      });
      ({ sdk } = api);
    });
    afterEach(async () => {
      await api?.stop();
      await store?.close();
    });

    const add = async (registryName: string) =>
      (await store.registries.add(sampleRegistry(registryName, { url: 'https://harbor.example.com' }))).id;
    const update = {
      Name: 'one',
      Username: 'robot',
      Password: 'new-password',
      Url: 'https://other.example.com:8443/',
      RegistryType: 'docker',
      NetType: 'private',
    };

    describe('UpdateAssetImageRegistryRegistryDetail', () => {
      test('changes what is given, tests the connection with it, and moves the addresses', async () => {
        const id = await add('one');
        await store.images.saveTags(id, 'team/web', [sampleTag('1', [sampleImage('a')])]);

        const answer = await sdk.UpdateAssetImageRegistryRegistryDetail({ ...update, RegistryId: id, SpeedLimit: 7 });

        expect(answer).toMatchObject({ HealthCheckErr: '', NameRepeatErr: '', RegistryId: id });
        expect(tried).toMatchObject([
          { url: 'https://other.example.com:8443', username: 'robot', password: 'new-password' },
        ]);
        expect(await sdk.DescribeAssetImageRegistryRegistryDetail({ RegistryId: id })).toMatchObject({
          Url: 'https://other.example.com:8443',
          Username: 'robot',
          Password: '********',
          NetType: 'private',
          SpeedLimit: 7,
        });
        expect(await sdk.DescribeAssetImageRegistryList({})).toMatchObject({
          List: [{ ImageRepoAddress: 'other.example.com:8443/team/web' }],
        });
      });

      test.for(['', '********'])('the password %j stays as it is', async (Password) => {
        const id = await add('one');

        await sdk.UpdateAssetImageRegistryRegistryDetail({ ...update, Password, RegistryId: id });

        expect(await store.registries.settings(id)).toMatchObject({ password: 'secret-password', username: 'robot' });
      });

      test('what is not given stays as it is', async () => {
        const { id } = await store.registries.add(
          sampleRegistry('one', {
            speedLimit: 5,
            insecure: true,
            syncMode: 1,
            needScan: true,
            region: 'ap-x',
            version: 'V2',
            webhookToken: 't',
          }),
        );

        await sdk.UpdateAssetImageRegistryRegistryDetail({ ...update, RegistryId: id });

        expect(await store.registries.get(id)).toMatchObject({
          speedLimit: 5,
          insecure: true,
          syncMode: 1,
          needScan: true,
          region: 'ap-x',
          version: 'V2',
        });
      });

      test('is found by its name by clients that know no id', async () => {
        const id = await add('one');

        expect(await sdk.UpdateAssetImageRegistryRegistryDetail(update)).toMatchObject({ RegistryId: id });
      });

      test('a free name renames; one of another registry is a soft error that changes nothing', async () => {
        const id = await add('one');
        await add('two');

        const taken = await sdk.UpdateAssetImageRegistryRegistryDetail({ ...update, RegistryId: id, Name: 'two' });
        const unchanged = await store.registries.get(id);
        await sdk.UpdateAssetImageRegistryRegistryDetail({ ...update, RegistryId: id, Name: 'three' });

        expect(taken).toMatchObject({ NameRepeatErr: 'the name two is taken by another registry', RegistryId: id });
        expect(unchanged).toMatchObject({ name: 'one', url: 'https://harbor.example.com' });
        expect(await store.registries.get(id)).toMatchObject({ name: 'three' });
      });

      test('a failed test is a soft error, and the change is kept', async () => {
        const id = await add('one');
        check = { status: 'failed', cause: 'authentication-failed', message: 'the registry refused the password' };

        const answer = await sdk.UpdateAssetImageRegistryRegistryDetail({ ...update, RegistryId: id });

        expect(answer.HealthCheckErr).toContain('the registry refused the password');
        expect(await store.registries.get(id)).toMatchObject({
          username: 'robot',
          connectionStatus: 'failed',
          connectionCause: 'authentication-failed',
        });
      });

      test('an unknown registry is not found, by id or by name', async () => {
        await expect(sdk.UpdateAssetImageRegistryRegistryDetail({ ...update, RegistryId: 99 })).rejects.toMatchObject(
          notFound,
        );
        await expect(sdk.UpdateAssetImageRegistryRegistryDetail(update)).rejects.toMatchObject({
          ...notFound,
          message: 'There is no registry of the name `one`.',
        });
      });

      test.for([
        [{ RegistryType: 'floppy' }, 'RegistryType'],
        [{ NetType: 'lan' }, 'NetType'],
        [{ Url: 'ftp://x' }, 'Url'],
        [{ Name: '' }, 'Name'],
        [{ Insecure: 2 }, 'Insecure'],
      ] as const)('%j is refused, and nothing changes', async ([change, parameter]) => {
        const id = await add('one');

        const answer = sdk.UpdateAssetImageRegistryRegistryDetail({ ...update, RegistryId: id, ...change });

        await expect(answer).rejects.toMatchObject({
          code: 'InvalidParameterValue',
          message: expect.stringContaining(`parameter \`${parameter}\``),
        });
        expect(await store.registries.get(id)).toMatchObject({ username: 'reader' });
      });
    });

    test('CheckRepeatAssetImageRegistry compares names exactly', async () => {
      await add('Harbor');

      expect((await sdk.CheckRepeatAssetImageRegistry({ Name: 'Harbor' })).IsRepeat).toBe(true);
      expect((await sdk.CheckRepeatAssetImageRegistry({ Name: 'harbor' })).IsRepeat).toBe(false);
    });

    describe('DescribeImageRegistryNamespaceList', () => {
      beforeEach(async () => {
        const [one, two] = [await add('one'), await add('two')];
        await store.images.saveTags(one, 'team/web', [
          sampleTag('1', [sampleImage('a')]),
          sampleTag('2', [sampleImage('b')]),
        ]);
        await store.images.saveTags(one, 'team/api', [sampleTag('1', [sampleImage('c')])]);
        await store.images.saveTags(two, 'team/web', [sampleTag('1', [sampleImage('a')])]);
        await store.images.saveTags(two, 'deep/er/path', [sampleTag('1', [sampleImage('d')])]);
        await store.images.saveTags(two, 'alone', [sampleTag('1', [sampleImage('e')])]);
      });

      test('lists each namespace once, over all registries', async () => {
        await saveScan('a', { vulnerabilities: 3 });
        await saveScan('c', { vulnerabilities: 0 });

        const answer = await sdk.DescribeImageRegistryNamespaceList({});

        expect(answer).toMatchObject({
          TotalCount: 3,
          NamespaceList: ['', 'deep/er', 'team'],
          NamespaceDetail: [
            { Namespace: '', RegistryCnt: 1, ImageCnt: 1, RiskImageCnt: 0 },
            { Namespace: 'deep/er', RegistryCnt: 1, ImageCnt: 1, RiskImageCnt: 0 },
            { Namespace: 'team', RegistryCnt: 3, ImageCnt: 4, RiskImageCnt: 2 },
          ],
        });
      });

      test('filters by part, or by the whole name, and pages', async () => {
        const filtered = (value: string, ExactMatch?: boolean) =>
          sdk.DescribeImageRegistryNamespaceList({
            Filters: [{ Name: 'Namespace', Values: [value], ...(ExactMatch === undefined ? {} : { ExactMatch }) }],
          });

        expect((await filtered('EA')).NamespaceList).toEqual(['team']);
        expect((await filtered('tea', true)).NamespaceList).toEqual([]);
        expect((await filtered('deep/er', true)).NamespaceList).toEqual(['deep/er']);
        expect((await filtered('%')).TotalCount).toBe(0);
        const pages = [0, 1, 2, 3].map(
          async (Offset) => (await sdk.DescribeImageRegistryNamespaceList({ Offset, Limit: 1 })).NamespaceList,
        );
        expect((await Promise.all(pages)).flat()).toEqual(['', 'deep/er', 'team']);
        expect(await sdk.DescribeImageRegistryNamespaceList({ Limit: 0 })).toMatchObject({
          TotalCount: 3,
          NamespaceList: [],
        });
      });

      test('an unknown filter is refused', async () => {
        const answer = sdk.DescribeImageRegistryNamespaceList({ Filters: [{ Name: 'Name', Values: ['a'] }] });

        await expect(answer).rejects.toMatchObject({
          code: 'InvalidParameter',
          message: 'The filter `Name` is not known. Known filters: Namespace.',
        });
      });
    });

    describe('counts', () => {
      beforeEach(async () => {
        const id = await add('one');
        await store.images.saveTags(id, 'team/web', [
          sampleTag('1', [sampleImage('a')]),
          sampleTag('2', [sampleImage('b')]),
        ]);
        await store.images.saveTags(id, 'team/api', [
          sampleTag('1', [sampleImage('c')]),
          sampleTag('2', [sampleImage('d')]),
        ]);
        await store.authorizations.authorize({ selection: { all: true }, cap: 3, type: 'manual' });
        await saveScan('a', { vulnerabilities: 3, needsFix: true });
        await saveScan('b', { vulnerabilities: 0 });
        await saveScan('c', { vulnerability: { status: 'failed', progress: 100, cause: 'distribution-not-covered' } });
      });

      test('DescribeAssetImageRegistrySummary counts what was never scanned', async () => {
        const count = async (Name: string, value: string) =>
          (await sdk.DescribeAssetImageRegistrySummary({ Filters: [{ Name, Values: [value] }] })).UnScannedImageCnt;

        expect((await sdk.DescribeAssetImageRegistrySummary({})).UnScannedImageCnt).toBe(1);
        expect(await count('ImageName', 'api')).toBe(1);
        expect(await count('ImageName', 'web')).toBe(0);
        expect(await count('ScanStatus', 'SCANNED')).toBe(0);
        await expect(count('Nothing', '1')).rejects.toMatchObject({ code: 'InvalidParameter' });
      });

      test('DescribeAssetSummary counts only what is known', async () => {
        clock.now = new Date();

        expect(await sdk.DescribeAssetSummary()).toMatchObject({
          ImageCnt: 4,
          ImageHasVulsCnt: 1,
          ImageHasVirusCnt: 0,
          ImageHasRiskInfoCnt: 0,
          ImageUnsafeCnt: 1,
          ImageUntrustCnt: 4,
          ScannedImageCnt: 2,
          UnScannedImageCnt: 1,
          TodayNewImageCnt: expect.any(Number),
          LatestImageScanTime: '2026-11-25 01:00:00',
          HostCnt: 0,
          ContainerCnt: 0,
        });
      });

      test('DescribeContainerAssetSummary counts registry images among all images', async () => {
        expect(await sdk.DescribeContainerAssetSummary()).toMatchObject({
          ImageCnt: 0,
          ImageRegistryCnt: 4,
          ImageTotalCnt: 4,
          ContainerTotalCnt: 0,
        });
      });

      test('both summaries count the containers that sources name, whatever image they run', async () => {
        const takenAt = clock.now;
        const expiresAt = new Date(takenAt.getTime() + 600_000);
        const images = [
          { reference: 'harbor.example.com/team/web:1', digests: [digestOf('nowhere')], containers: 2 },
          { reference: 'elsewhere.example.com/other:1', digests: [], containers: 3 },
        ].map(locateReference);
        await store.runtime.save({ source: 'node-7', takenAt, expiresAt, images });

        expect(await sdk.DescribeAssetSummary()).toMatchObject({ ContainerCnt: 5, ContainerRunning: 5 });
        expect(await sdk.DescribeContainerAssetSummary()).toMatchObject({
          ContainerTotalCnt: 5,
          ContainerRunningCnt: 5,
          ContainerPauseCnt: 0,
          ContainerStopped: 0,
        });
      });

      test.for(['DescribeAssetImageSimpleList', 'DescribeImageSimpleList'] as const)(
        '%s lists, searches and pages',
        async (action) => {
          const list = async (parameters: object) => {
            const answer = await sdk[action](parameters);
            return {
              rows: ('List' in answer ? answer.List : 'ImageList' in answer ? answer.ImageList : []) ?? [],
              total: 'TotalCount' in answer ? answer.TotalCount : 'ImageCnt' in answer ? answer.ImageCnt : undefined,
            };
          };
          const search = (value: string) => list({ Filters: [{ Name: 'Keywords', Values: [value] }] });

          const all = await list({});
          expect(all).toMatchObject({
            total: 4,
            rows: [
              { ImageName: expect.stringMatching(/^harbor\.example\.com\/team\/(api|web):[12]$/), Size: 1000 },
              {},
              {},
              {},
            ],
          });
          expect(await search('TEAM/web')).toMatchObject({ total: 2 });
          expect(await search(digestOf('config a').slice(7, 30))).toMatchObject({
            total: 1,
            rows: [{ ImageID: digestOf('config a') }],
          });
          expect(await list({ Filters: [{ Name: 'IsAuthorized', Values: ['0'] }] })).toMatchObject({ total: 1 });
          const pages = await Promise.all(
            [0, 1, 2, 3].map(async (Offset) => (await list({ Offset, Limit: 1 })).rows[0]),
          );
          expect(pages).toEqual(all.rows);
          expect((await list({ Order: 'asc', By: 'ContainerCnt' })).rows).toEqual([...all.rows].reverse());
          await expect(list({ By: 'Size' })).rejects.toMatchObject({ code: 'InvalidParameter' });
        },
      );
    });

    test('DescribeAssetSyncLastTime tells how far the syncs are', async () => {
      const empty = await sdk.DescribeAssetSyncLastTime();
      const [one] = [await add('one'), await add('two')];
      const at = new Date('2026-11-25T02:03:04Z');
      await store.registries.recordSync(one, { status: 'succeeded', at, skipped: {}, message: '' });
      await store.registries.requestSync('all');
      await store.registries.recordSync(one, { status: 'succeeded', at, skipped: {}, message: '' });

      expect(empty).toMatchObject({ AssetSyncLastTime: '', TaskStatus: 'PROCESSED', TaskProcess: 100 });
      expect(await sdk.DescribeAssetSyncLastTime()).toMatchObject({
        AssetSyncLastTime: '2026-11-25 02:03:04',
        TaskStatus: 'PROCESSING',
        TaskProcess: 50,
        FailedHostCount: 0,
      });
    });

    async function saveScan(seed: string, overrides: Partial<Summary>) {
      const image = await store.images.findByImageId(digestOf(`config ${seed}`));
      if (!image) throw new Error(`no image ${seed}`);
      await store.inventories.saveScan({
        artifactId: image.artifactId,
        inventory: { packages: [], problems: [] },
        vulnerabilities: [],
        summary: {
          vulnerability: { status: 'scanned', progress: 100 },
          malware: { status: 'not-scanned', progress: 0 },
          risk: { status: 'not-scanned', progress: 0 },
          scannedAt: new Date('2026-11-25T01:00:00Z'),
          osName: 'linux',
          detail: '',
          ...overrides,
        },
        advisorySnapshot: '',
      });
    }
  });
}
