import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { openTestStore, postgresEngine, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { digestOf, sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { startTestApi, type TestApi } from '../support/start-test-api.ts';
import type { SdkClient } from '../support/start-test-plimsoll.ts';

const engines = { sqlite: sqliteEngine, postgres: postgresEngine } as const;
const nobody = {
  AllLocalImages: false,
  AllRegistryImages: false,
  UpdatedLocalImageCnt: 0,
  UpdatedRegistryImageCnt: 100,
  ImageSourceType: 'IMAGEALL',
};
const period = { StartTime: '2026-11-25', EndTime: '2026-11-25' };

for (const [name, start] of Object.entries(engines)) {
  describe(`authorisation on ${name}`, () => {
    let engine: StoreEngine | undefined;
    let store: Store;
    let clock: { now: Date };
    let api: TestApi;
    let sdk: SdkClient;

    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine?.stop());
    beforeEach((context) => {
      if (!engine) context.skip('PostgreSQL is not installed');
    });
    afterEach(async () => {
      await api?.stop();
      await store?.close();
    });

    /** Five images, v1 to v5 of team/web with ids in that order; v2 and v3 have the same content. */
    async function open(authorizedImageLimit?: number) {
      if (!engine) throw new Error('no engine');
      const options = authorizedImageLimit === undefined ? {} : { authorizedImageLimit };
      ({ store, clock } = await openTestStore(engine, undefined, options));
      api = await startTestApi(store);
      ({ sdk } = api);
      const { id } = await store.registries.add(sampleRegistry('lab', { url: 'https://lab.example.com' }));
      for (const [tag, seed] of Object.entries({ v1: 'a', v2: 'b', v3: 'b', v4: 'd', v5: 'e' })) {
        await store.images.saveTags(id, 'team/web', [sampleTag(tag, [sampleImage(seed)])]);
      }
    }
    const authorized = async () => {
      const { List } = await sdk.DescribeAssetImageRegistryList({ By: 'Id', Order: 'asc' });
      return List?.filter((row) => row.IsAuthorized === 1).map((row) => row.ImageTag);
    };
    const idOf = async (tag: string) => {
      const { List } = await sdk.DescribeAssetImageRegistryList({
        Filters: [{ Name: 'ImageTag', Values: [tag], ExactMatch: true }],
      });
      return String(List?.[0]?.Id);
    };

    test('AllRegistryImages authorises all, up to the cap, newest first', async () => {
      await open();

      await sdk.ModifyImageAuthorized({ ...nobody, AllRegistryImages: true, UpdatedRegistryImageCnt: 2 });
      const two = await authorized();
      await sdk.ModifyImageAuthorized({ ...nobody, AllRegistryImages: true, UpdatedRegistryImageCnt: 1 });

      expect(two).toEqual(['v4', 'v5']);
      expect(await authorized()).toEqual(['v3', 'v4', 'v5']);
    });

    test('a cap of 0 authorises nothing; a cap above what there is does no harm', async () => {
      await open();

      await sdk.ModifyImageAuthorized({ ...nobody, AllRegistryImages: true, UpdatedRegistryImageCnt: 0 });
      const none = await authorized();
      await sdk.ModifyImageAuthorized({ ...nobody, AllRegistryImages: true, UpdatedRegistryImageCnt: 1_000_000 });

      expect(none).toEqual([]);
      expect(await authorized()).toEqual(['v1', 'v2', 'v3', 'v4', 'v5']);
    });

    test('RegistryImageIds are row ids or digests; a config digest means all rows of that content', async () => {
      await open();

      await sdk.ModifyImageAuthorized({
        ...nobody,
        RegistryImageIds: [await idOf('v5'), digestOf('config b'), digestOf('manifest a')],
      });

      expect(await authorized()).toEqual(['v1', 'v2', 'v3', 'v5']);
    });

    test('AllRegistryImages wins over ids, ids win over the filter', async () => {
      await open();
      const RegistryImageFilter = [{ Name: 'ImageTag', Values: ['v4'] }];

      await sdk.ModifyImageAuthorized({ ...nobody, RegistryImageIds: [await idOf('v5')], RegistryImageFilter });
      const ids = await authorized();
      await sdk.ModifyImageAuthorized({
        ...nobody,
        AllRegistryImages: true,
        RegistryImageIds: [await idOf('v1')],
        RegistryImageFilter,
      });

      expect(ids).toEqual(['v5']);
      expect(await authorized()).toHaveLength(5);
    });

    test('the filter chooses, less what is excluded, or the latest alone', async () => {
      await open();
      const RegistryImageFilter = [{ Name: 'ImageName', Values: ['we'] }];

      await sdk.ModifyImageAuthorized({
        ...nobody,
        RegistryImageFilter,
        ExcludeRegistryImageIds: [await idOf('v1'), digestOf('config b')],
      });
      const less = await authorized();
      await open();
      await sdk.ModifyImageAuthorized({ ...nobody, RegistryImageFilter, OnlyShowLatest: true });

      expect(less).toEqual(['v4', 'v5']);
      expect(await authorized()).toHaveLength(1);
    });

    test('a choice of nothing, and an unknown source, are refused', async () => {
      await open();

      await expect(sdk.ModifyImageAuthorized({ ...nobody, RegistryImageIds: [] })).rejects.toMatchObject({
        code: 'MissingParameter',
      });
      await expect(sdk.ModifyImageAuthorized({ ...nobody, ImageSourceType: 'X' })).rejects.toMatchObject({
        code: 'InvalidParameterValue',
      });
    });

    test('what the limit leaves no room for is refused as a whole, and logged', async () => {
      await open(3);
      await sdk.ModifyImageAuthorized({ ...nobody, AllRegistryImages: true, UpdatedRegistryImageCnt: 2 });

      const tooMany = sdk.ModifyImageAuthorized({ ...nobody, AllRegistryImages: true });

      await expect(tooMany).rejects.toMatchObject({
        code: 'FailedOperation.AuthorizedNotEnough',
        message:
          'There is no room for 3 more authorised images: raise PLIMSOLL_AUTHORIZED_IMAGES of this server, or choose fewer. Nothing was changed.',
      });
      expect(await authorized()).toEqual(['v4', 'v5']);
      const { List, TotalCount } = await sdk.DescribeImageAutoAuthorizedTaskList(period);
      expect({ List, TotalCount }).toEqual({
        TotalCount: 1,
        List: [
          {
            TaskId: expect.any(Number),
            Type: 'MANUAL',
            AuthorizedDate: '2026-11-25',
            Source: 'REGISTRY',
            LastAuthorizedTime: '2026-11-25 00:00:00',
            SuccessCount: 2,
            FailCount: 3,
            LatestFailCode: 'LICENSE_INSUFFICIENT',
          },
        ],
      });
    });

    test('a sync authorises as many as there is room for', async () => {
      await open(3);

      const outcome = await store.authorizations.authorize({ selection: { all: true }, cap: 100, type: 'automatic' });

      expect(outcome).toEqual({ authorized: 3, refused: 2 });
      expect(await authorized()).toEqual(['v3', 'v4', 'v5']);
    });

    test('two at once never authorise more than the limit', async () => {
      await open(3);
      const request = { selection: { all: true }, cap: 2, type: 'automatic' } as const;

      const outcomes = await Promise.all([1, 2, 3].map(() => store.authorizations.authorize(request)));

      expect(outcomes.reduce((sum, each) => sum + each.authorized, 0)).toBe(3);
      expect(await authorized()).toHaveLength(3);
    });

    describe('tasks and their log', () => {
      beforeEach(async () => {
        await open(4);
        await store.authorizations.authorize({ selection: { all: true }, cap: 2, type: 'automatic' });
        clock.now = new Date('2026-11-26T10:00:00Z');
        await store.authorizations.authorize({ selection: { all: true }, cap: 1, type: 'manual' });
        clock.now = new Date('2026-11-26T11:00:00Z');
        await store.authorizations.authorize({ selection: { all: true }, cap: 2, type: 'automatic' });
      });
      const tasks = async (Name?: string, ...Values: string[]) => {
        const Filters = Name === undefined ? [] : [{ Name, Values }];
        const answer = await sdk.DescribeImageAutoAuthorizedTaskList({
          StartTime: '2026-11-25 00:00:00',
          EndTime: '2026-11-27T00:00:00Z',
          Filters,
        });
        expect(answer.TotalCount).toBe(answer.List?.length);
        return answer.List?.map((task) => `${task.AuthorizedDate} ${task.Type} ${task.SuccessCount}/${task.FailCount}`);
      };

      test('are one per day and type, newest first, and can be filtered', async () => {
        expect(await tasks()).toEqual(['2026-11-26 AUTO 1/1', '2026-11-26 MANUAL 1/0', '2026-11-25 AUTO 2/0']);
        expect(await tasks('Type', 'MANUAL')).toEqual(['2026-11-26 MANUAL 1/0']);
        expect(await tasks('Status', 'PARTIALFAIL')).toEqual(['2026-11-26 AUTO 1/1']);
        expect(await tasks('Status', 'ALLSUCCSESS', 'ALLFAIL')).toEqual([
          '2026-11-26 MANUAL 1/0',
          '2026-11-25 AUTO 2/0',
        ]);
        expect(await tasks('Source', 'LOCAL')).toEqual([]);
        expect(await tasks('Source', 'REGISTRY')).toHaveLength(3);
        await expect(tasks('Status', 'ALLSUCCESS')).rejects.toMatchObject({ code: 'InvalidParameter' });
        await expect(tasks('Nothing', '1')).rejects.toMatchObject({ code: 'InvalidParameter' });
      });

      test('are of the period asked about', async () => {
        expect(await sdk.DescribeImageAutoAuthorizedTaskList(period)).toMatchObject({ TotalCount: 1 });
        for (const [StartTime, EndTime] of [
          ['yesterday', '2026-11-26'],
          ['2026-11-26', '2026-13-01'],
          ['2026-11-27', '2026-11-26'],
        ] as const) {
          await expect(sdk.DescribeImageAutoAuthorizedTaskList({ StartTime, EndTime })).rejects.toMatchObject({
            code: 'InvalidParameterValue',
          });
        }
        await expect(
          api.sdk.request('DescribeImageAutoAuthorizedTaskList', { StartTime: '2026-11-26' }),
        ).rejects.toMatchObject({ code: 'MissingParameter' });
      });

      test('tell what became of each image', async () => {
        const { List = [] } = await sdk.DescribeImageAutoAuthorizedTaskList({
          StartTime: '2026-11-26',
          EndTime: '2026-11-26',
        });
        const TaskId = List[0]?.TaskId ?? 0;
        const log = (parameters: object) => sdk.DescribeImageAutoAuthorizedLogList({ TaskId, ...parameters });

        expect(await log({ Order: 'asc', By: 'AuthorizedTime' })).toMatchObject({
          TotalCount: 2,
          List: [
            {
              ImageId: digestOf('config b'),
              ImageName: 'lab.example.com/team/web:v2',
              AuthorizedTime: '2026-11-26 11:00:00',
              Status: 'SUCCESS',
              IsAuthorized: 1,
            },
            {
              ImageId: digestOf('config a'),
              ImageName: 'lab.example.com/team/web:v1',
              Status: 'LICENSE_INSUFFICIENT',
              IsAuthorized: 0,
            },
          ],
        });
        expect(await log({ Filters: [{ Name: 'Status', Values: ['LICENSE_INSUFFICIENT'] }] })).toMatchObject({
          TotalCount: 1,
        });
        expect(await log({ Filters: [{ Name: 'Status', Values: ['REACH_LIMIT'] }] })).toMatchObject({ TotalCount: 0 });
        expect(await log({ Limit: 1, Offset: 1 })).toMatchObject({ TotalCount: 2, List: [{}] });
        await expect(sdk.DescribeImageAutoAuthorizedLogList({ TaskId: 99 })).rejects.toMatchObject({
          code: 'ResourceNotFound',
        });
        await expect(log({ By: 'Name' })).rejects.toMatchObject({ code: 'InvalidParameter' });
      });
    });

    test('DescribeImageAuthorizedInfo tells totals with and without a limit', async () => {
      await open();
      await sdk.ModifyImageAuthorized({ ...nobody, RegistryImageIds: [digestOf('config b'), digestOf('config a')] });
      expect(await sdk.DescribeImageAuthorizedInfo()).toMatchObject({
        TotalAuthorizedCnt: 5,
        UsedAuthorizedCnt: 3,
        NotScannedImageCnt: 2,
        RepeatImageIdCnt: 1,
        ImageScanInquireInfo: { Capcity: 5, Useage: 3, PurchaseStatus: 'Normal' },
      });

      await open(7);
      expect(await sdk.DescribeImageAuthorizedInfo()).toMatchObject({
        TotalAuthorizedCnt: 7,
        UsedAuthorizedCnt: 0,
        RepeatImageIdCnt: 0,
      });
    });

    test('RenewImageAuthorizeState authorises, and scans where it is asked to', async () => {
      await open();
      const renew = (parameters: object) => sdk.request('RenewImageAuthorizeState', parameters);

      await renew({ AllImages: false, ImageIds: [digestOf('config b')] });
      const before = await authorized();
      await renew({ AllImages: true, NeedScan: true, ScanType: ['CVE'] });

      expect(before).toEqual(['v2', 'v3']);
      expect(await authorized()).toHaveLength(5);
      expect(await store.tasks.list({ offset: 0, limit: 10 })).toMatchObject({ total: 1, rows: [{ total: 5 }] });
      await expect(renew({ AllImages: false })).rejects.toMatchObject({ code: 'MissingParameter' });
      await expect(renew({ AllImages: true, ScanType: ['X'] })).rejects.toMatchObject({
        code: 'InvalidParameterValue',
      });
    });
  });
}
