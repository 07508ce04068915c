import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { runDueScan } from '../../src/tasks/start-timetable.ts';
import { openTestStore, postgresEngine, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { digestOf, sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { startTestApi, type TestApi } from '../support/start-test-api.ts';
import type { SdkClient } from '../support/start-test-plimsoll.ts';

const engines = { sqlite: sqliteEngine, postgres: postgresEngine } as const;
const log = pino({ level: 'silent' });

for (const [name, start] of Object.entries(engines)) {
  describe(`which images are scanned, and when, on ${name}`, () => {
    let engine: StoreEngine | undefined;
    let store: Store;
    let clock: { now: Date };
    let api: TestApi;
    let sdk: SdkClient;
    let ids: Readonly<Record<string, number>>;

    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine?.stop());
    beforeEach(async (context) => {
      if (!engine) return context.skip('PostgreSQL is not installed');
      ({ store, clock } = await openTestStore(engine));
      api = await startTestApi(store);
      ({ sdk } = api);
      const docker = await store.registries.add(sampleRegistry('docker lab'));
      const harbor = await store.registries.add(
        sampleRegistry('harbor lab', { type: 'harbor', url: 'https://harbor.example.com' }),
      );
      const at = (day: number) => ({ createdAt: new Date(Date.UTC(2026, 0, day)) });
      await store.images.saveTags(docker.id, 'team/web', [
        sampleTag('web-1', [sampleImage('a', at(1))]),
        sampleTag('web-2', [sampleImage('b', at(2))]),
      ]);
      await store.images.saveTags(docker.id, 'ops/api', [sampleTag('api-1', [sampleImage('c', at(1))])]);
      await store.images.saveTags(harbor.id, 'team/db', [
        sampleTag('db-1', [sampleImage('d', at(1))]),
        sampleTag('db-2', [sampleImage('e', at(2))]),
      ]);
      const { List = [] } = await sdk.DescribeAssetImageRegistryList({ Limit: 100 });
      ids = Object.fromEntries(List.map((row) => [row.ImageTag ?? '', Number(row.Id)]));
      await authorize(...Object.keys(ids));
    });
    afterEach(async () => {
      await api?.stop();
      await store?.close();
    });

    const idsOf = (...tags: string[]) => tags.map((tag) => ids[tag] ?? 0);
    const authorize = (...tags: string[]) =>
      store.authorizations.authorize({ selection: { ids: idsOf(...tags) }, cap: 100, type: 'manual' });
    /** Tags of the images of a task, sorted. */
    const imagesOf = async (TaskID: number) => {
      const { ImageStatus = [] } = await sdk.DescribeAssetImageRegistryScanStatusOneKey({ TaskID });
      return ImageStatus.map((image) => image.ImageTag).sort();
    };
    const scan = async (parameters: object) => {
      const { TaskID } = await sdk.CreateAssetImageRegistryScanTaskOneKey(parameters);
      return imagesOf(Number(TaskID));
    };

    describe('CreateAssetImageRegistryScanTaskOneKey', () => {
      test.for<[object | (() => object), readonly string[]]>([
        [{ ScanScope: 0 }, ['api-1', 'db-1', 'db-2', 'web-1', 'web-2']],
        [{ All: true }, ['api-1', 'db-1', 'db-2', 'web-1', 'web-2']],
        [{ ScanScope: 0, IsLatest: true }, ['api-1', 'db-2', 'web-2']],
        [{ ScanScope: 2 }, ['api-1', 'db-2', 'web-2']],
        [{ ScanScope: 2, RegistryType: ['docker'] }, ['api-1', 'web-2']],
        [{ RegistryType: ['harbor'] }, ['db-1', 'db-2']],
        [{ RegistryType: ['all'], Namespace: ['ops'] }, ['api-1']],
        [{ Namespace: ['team', 'ops'], RegistryType: ['docker'] }, ['api-1', 'web-1', 'web-2']],
        [() => ({ ScanScope: 1, Id: idsOf('web-1', 'db-1') }), ['db-1', 'web-1']],
        [() => ({ Id: idsOf('web-1', 'db-1'), Namespace: ['ops'], ScanScope: 0, ExcludeIDs: [] }), ['api-1']],
        [{ Images: [{ ImageName: 'db', ImageTag: 'db-2' }] }, ['db-2']],
        [() => ({ ScanScope: 0, ExcludeIDs: idsOf('web-1', 'db-1', 'db-2') }), ['api-1', 'web-2']],
      ])('%j', async ([parameters, expected]) => {
        expect(await scan(typeof parameters === 'function' ? parameters() : parameters)).toEqual(expected);
      });

      test.for([
        [{}, 'MissingParameter', 'The request is missing a required parameter `ScanScope`.'],
        [{ ScanScope: 1 }, 'MissingParameter', 'The request is missing a required parameter `Id`.'],
        [{ Id: [] }, 'MissingParameter', 'The request is missing a required parameter `ScanScope`.'],
        [
          { ScanScope: 3 },
          'InvalidParameterValue',
          'The value `3` of parameter `ScanScope` is not valid: it must be 0, 1 or 2.',
        ],
        [
          { ScanScope: 0, ScanType: ['X'] },
          'InvalidParameterValue',
          'The value `X` of parameter `ScanType` is not valid: it must be CVE, VIRUS or RISK.',
        ],
        [
          { ScanScope: 0, ContainerRunning: true },
          'FailedOperation.ErrAlreadyScanning',
          expect.stringContaining('None of the chosen images'),
        ],
        [{ ScanScope: 0, Timeout: 99_999_999 }, 'InvalidParameterValue', expect.stringContaining('Timeout')],
      ] as const)('%j is refused', async ([parameters, code, message]) => {
        await expect(scan(parameters)).rejects.toMatchObject({ code, message });
      });

      test('can be stopped, twice, by its id or by its images', async () => {
        const { TaskID } = await sdk.CreateAssetImageRegistryScanTaskOneKey({ ScanScope: 0 });

        await sdk.ModifyAssetImageRegistryScanStopOneKey({ Id: idsOf('web-1') });
        const one = await sdk.DescribeAssetImageRegistryScanStatusOneKey({ TaskID: Number(TaskID) });
        await sdk.ModifyAssetImageRegistryScanStopOneKey({ TaskID: Number(TaskID) });
        await sdk.ModifyAssetImageRegistryScanStopOneKey({ TaskID: Number(TaskID) });

        expect(one).toMatchObject({ Status: 'SCANNING', ImageTotal: 5, ImageScanCnt: 1 });
        expect(await sdk.DescribeAssetImageRegistryScanStatusOneKey({ TaskID: Number(TaskID) })).toMatchObject({
          Status: 'CANCELED',
        });
        await expect(sdk.ModifyAssetImageRegistryScanStopOneKey({ TaskID: 99 })).rejects.toMatchObject({
          code: 'ResourceNotFound',
        });
        await expect(sdk.ModifyAssetImageRegistryScanStopOneKey({})).rejects.toMatchObject({
          code: 'MissingParameter',
        });
      });
    });

    describe('vulnerability scans', () => {
      test('choose by ids, by an earlier task, or by a type', async () => {
        const start = async (parameters: object) => Number((await sdk.CreateVulScanTask(parameters)).RegistryTaskID);
        const stop = (RegistryTaskID: number) => sdk.StopVulScanTask({ RegistryTaskID });

        const byIds = await start({ RegistryImageIDs: idsOf('web-1', 'api-1'), RegistryImageScanType: 'ALL' });
        const images = await imagesOf(byIds);
        await stop(byIds);
        const again = await start({ RegistryTaskID: byIds, ExcludeRegistryImageIDs: idsOf('api-1') });
        const againImages = await imagesOf(again);
        await stop(again);
        const latest = await start({ RegistryImageScanType: 'ALL', IsLatest: true });
        const latestImages = await imagesOf(latest);
        await stop(latest);
        const notScanned = await start({ RegistryImageScanType: 'NOT_SCAN' });

        expect({ images, againImages, latestImages, notScanned: await imagesOf(notScanned) }).toEqual({
          images: ['api-1', 'web-1'],
          againImages: ['web-1'],
          latestImages: ['api-1', 'db-2', 'web-2'],
          notScanned: ['api-1', 'db-1', 'db-2', 'web-1', 'web-2'],
        });
      });

      test.for([
        [{}, 'FailedOperation.ErrAlreadyScanning'],
        [{ LocalImageScanType: 'ALL' }, 'FailedOperation.ErrAlreadyScanning'],
        [{ RegistryImageScanType: 'IMAGEIDS' }, 'MissingParameter'],
        [{ RegistryImageScanType: 'SOME' }, 'InvalidParameterValue'],
        [{ RegistryTaskID: 99 }, 'ResourceNotFound'],
      ] as const)('%j is refused', async ([parameters, code]) => {
        await expect(sdk.CreateVulScanTask(parameters)).rejects.toMatchObject({ code });
      });

      test('tell how they go', async () => {
        const before = await sdk.DescribeVulScanInfo({});
        const { RegistryTaskID = 0 } = await sdk.CreateVulScanTask({ RegistryImageScanType: 'ALL' });
        await store.tasks.start(RegistryTaskID, ids['web-1'] ?? 0, ['vulnerability']);
        await finish('a');
        await store.tasks.finish(RegistryTaskID, ids['web-1'] ?? 0, 'succeeded');

        expect(before).toMatchObject({
          Status: 'NOT_SCAN',
          RegistryTaskID: 0,
          RegistryFoundVulCount: 0,
          LocalTaskID: 0,
        });
        const now = await sdk.DescribeVulScanInfo({});
        expect(now).toMatchObject({
          Status: 'SCANNING',
          RegistryTaskID,
          RegistryImageScanCount: 5,
          FoundRiskImageCount: 1,
          RegistryFoundVulCount: 2,
          ScanProgress: 20,
          ScanStartTime: '2026-11-25 00:00:00',
          ScanEndTime: '',
          IgnoreVulCount: 0,
        });
        expect(await sdk.DescribeVulScanInfo({ RegistryTaskID })).toEqual({ ...now, RequestId: expect.any(String) });
        await expect(sdk.DescribeVulScanInfo({ RegistryTaskID: 99 })).rejects.toMatchObject({
          code: 'ResourceNotFound',
        });
      });

      test('are stopped for some of their images, or as a whole', async () => {
        const { RegistryTaskID = 0 } = await sdk.CreateVulScanTask({ RegistryImageScanType: 'ALL' });

        await sdk.StopVulScanTask({ RegistryTaskID, RegistryImageIDs: idsOf('web-1') });
        const some = await sdk.DescribeVulScanInfo({ RegistryTaskID });
        await sdk.StopVulScanTask({ RegistryTaskID });

        expect(some).toMatchObject({ Status: 'SCANNING', ScanProgress: 20 });
        expect(await sdk.DescribeVulScanInfo({ RegistryTaskID })).toMatchObject({ Status: 'CANCELED' });
        await expect(sdk.StopVulScanTask({})).rejects.toMatchObject({ code: 'MissingParameter' });
        await expect(sdk.StopVulScanTask({ RegistryTaskID: 99 })).rejects.toMatchObject({ code: 'ResourceNotFound' });
        await expect(sdk.StopVulScanTask({ LocalTaskID: 1 })).rejects.toMatchObject({ code: 'ResourceNotFound' });
      });
    });

    describe('the timetable', () => {
      const look = (at: string) => {
        clock.now = new Date(at);
        return runDueScan(store, () => clock.now, log);
      };
      const tasks = async () => (await store.tasks.list({ offset: 0, limit: 10 })).rows;
      const daily = { ScanPeriod: 1, Enable: true, ScanTime: '03:00' };

      test('is off before it is set', async () => {
        expect(await sdk.DescribeImageRegistryTimingScanTask()).toMatchObject({
          Enable: false,
          LastScanTime: '',
          ScanResult: '',
          ScanScope: 0,
          All: true,
        });

        await look('2026-11-25T03:00:00Z');

        expect(await tasks()).toEqual([]);
      });

      test('comes back as it was set', async () => {
        const timetable = {
          ScanPeriod: 7,
          Enable: true,
          ScanTime: '22:30',
          ScanEndTime: '04:00',
          ScanType: ['CVE', 'RISK'],
          ScanScope: 1,
          Id: idsOf('web-1'),
          Images: [{ InstanceName: '', Namespace: 'team', ImageName: 'db', ImageTag: 'db-1', Force: '' }],
          Latest: true,
          ContainerRunning: true,
          RegistryType: ['harbor'],
          Namespace: ['team'],
          ExcludeImageAssetIds: idsOf('db-2'),
        };

        await sdk.UpdateImageRegistryTimingScanTask({ ...timetable, ScanTime: '22:30:00' });

        expect(await sdk.DescribeImageRegistryTimingScanTask()).toMatchObject({ ...timetable, All: false });
      });

      test.for<[Partial<Parameters<SdkClient['UpdateImageRegistryTimingScanTask']>[0]>, string]>([
        [{ ScanTime: '24:00' }, 'ScanTime'],
        [{ ScanTime: '3:00' }, 'ScanTime'],
        [{ ScanEndTime: 'noon' }, 'ScanEndTime'],
        [{ ScanPeriod: 0 }, 'ScanPeriod'],
        [{ ScanPeriod: 367 }, 'ScanPeriod'],
        [{ ScanScope: 9 }, 'ScanScope'],
        [{ ScanType: ['X'] }, 'ScanType'],
      ])('%j is refused', async ([change, parameter]) => {
        await expect(sdk.UpdateImageRegistryTimingScanTask({ ...daily, ...change })).rejects.toMatchObject({
          code: 'InvalidParameterValue',
          message: expect.stringContaining(`parameter \`${parameter}\``),
        });
        expect((await sdk.DescribeImageRegistryTimingScanTask()).Enable).toBe(false);
      });

      test('starts its scan once per planned time, of what is chosen then', async () => {
        await sdk.UpdateImageRegistryTimingScanTask({ ...daily, Latest: true, ScanType: ['CVE'] });

        await look('2026-11-25T02:59:59Z');
        const early = await tasks();
        await look('2026-11-25T03:00:01Z');
        await look('2026-11-25T03:00:06Z');
        const [first] = await tasks();
        await store.tasks.cancel(first?.id ?? 0);
        await look('2026-11-26T03:00:00Z');

        expect(early).toEqual([]);
        expect(first).toMatchObject({ total: 3, createdBy: 'timetable', createdAt: new Date('2026-11-25T03:00:01Z') });
        expect(await tasks()).toHaveLength(2);
        expect(await sdk.DescribeImageRegistryTimingScanTask()).toMatchObject({
          LastScanTime: '2026-11-26 03:00:00',
          ScanResult: 'Success',
        });
      });

      test('of several servers one starts it', async () => {
        await sdk.UpdateImageRegistryTimingScanTask(daily);

        await Promise.all(Array.from({ length: 5 }, () => look('2026-11-25T03:00:00Z')));

        expect(await tasks()).toHaveLength(1);
      });

      test('what has not been scanned when its window ends is ended', async () => {
        await sdk.UpdateImageRegistryTimingScanTask({ ...daily, ScanEndTime: '05:00' });
        await look('2026-11-25T03:00:00Z');

        const early = await store.tasks.expire(new Date('2026-11-25T04:59:59Z'));
        const late = await store.tasks.expire(new Date('2026-11-25T05:00:00Z'));

        expect([early.length, late.length]).toEqual([0, 1]);
        expect(await tasks()).toMatchObject([{ status: 'timed-out' }]);
      });

      test('says why nothing was started', async () => {
        await sdk.UpdateImageRegistryTimingScanTask({ ...daily, Namespace: ['nobody'] });
        await look('2026-11-25T03:00:00Z');
        const empty = (await sdk.DescribeImageRegistryTimingScanTask()).ScanResult;
        const { id } = await store.registries.add(sampleRegistry('new'));
        await store.images.saveTags(id, 'fresh/app', [sampleTag('1', [sampleImage('new')])]);
        clock.now = new Date('2026-11-25T04:00:00Z');
        await sdk.UpdateImageRegistryTimingScanTask({ ...daily, Namespace: ['fresh'] });
        await look('2026-11-26T03:00:00Z');

        expect([empty, (await sdk.DescribeImageRegistryTimingScanTask()).ScanResult]).toEqual([
          'ImageNeedIsEmpty',
          'InsufficientLicense',
        ]);
      });
    });

    /** Two vulnerabilities in the image of this seed. */
    async function finish(seed: string) {
      const image = await store.images.findByImageId(digestOf(`config ${seed}`));
      if (!image) throw new Error(`no image ${seed}`);
      const layer = digestOf('layer');
      const found = { ecosystem: 'deb', name: 'openssl', version: '1', path: 'var/lib/dpkg/status', layer } as const;
      const vulnerability = (id: string) => ({
        id,
        aliases: [],
        title: '',
        description: '',
        references: [],
        severity: 'high' as const,
        exploited: false,
        affected: [{ package: found, advisoryId: id }],
      });
      await store.inventories.saveScan({
        artifactId: image.artifactId,
        inventory: { packages: [found], problems: [] },
        vulnerabilities: [vulnerability('CVE-2026-0001'), vulnerability('CVE-2026-0002')],
        summary: {
          vulnerability: { status: 'scanned', progress: 100 },
          malware: { status: 'not-scanned', progress: 0 },
          risk: { status: 'not-scanned', progress: 0 },
          scannedAt: clock.now,
          osName: 'linux',
          vulnerabilities: 2,
          critical: 0,
          high: 2,
          medium: 0,
          low: 0,
          detail: '',
        },
        advisorySnapshot: '',
      });
    }
  });
}
