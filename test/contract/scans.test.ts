import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Image } from '../../src/model/image.ts';
import type { Store } from '../../src/store/store.ts';
import { openTestStore, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { startTestApi, type TestApi } from '../support/start-test-api.ts';
import type { SdkClient } from '../support/start-test-plimsoll.ts';

const TAGS = ['v1', 'v2', 'v3', 'v4'];
const kinds = ['vulnerability'] as const;
const day = (number: number) => new Date(Date.UTC(2026, 0, number));

let engine: StoreEngine;
let store: Store;
let api: TestApi;
let sdk: SdkClient;
let images: readonly Image[];

beforeAll(async () => {
  engine = await sqliteEngine();
});
afterAll(() => engine?.stop());
beforeEach(async () => {
  ({ store } = await openTestStore(engine));
  const { id } = await store.registries.add(sampleRegistry('lab'));
  const tags = TAGS.map((name, i) => sampleTag(name, [sampleImage(name, { createdAt: day(i + 1) })]));
  await store.images.saveTags(id, 'team/app', tags);
  images = await rows();
  api = await startTestApi(store);
  sdk = api.sdk;
});
afterEach(async () => {
  await api?.stop();
  await store?.close();
});

/** As the store has them, oldest first. */
const rows = async () => {
  const { rows: listed } = await store.images.list({
    conditions: [],
    latestOnly: false,
    runningOnly: false,
    sort: { key: 'id', direction: 'asc' },
    offset: 0,
    limit: 100,
  });
  return listed;
};
const idOf = (tag: string) => images.find((image) => image.tag === tag)?.id ?? 0;
const authorizedTags = async () => (await rows()).filter((row) => row.authorized).map((row) => row.tag);
const authorize = (request: Partial<Parameters<SdkClient['ModifyImageAuthorized']>[0]> = {}) =>
  sdk.ModifyImageAuthorized({
    AllLocalImages: false,
    AllRegistryImages: false,
    UpdatedLocalImageCnt: 0,
    UpdatedRegistryImageCnt: 100,
    ImageSourceType: 'ASSETIMAGE',
    ...request,
  });
const authorizeAll = () => authorize({ AllRegistryImages: true });
const create = async (request: Parameters<SdkClient['CreateAssetImageRegistryScanTask']>[0]) =>
  (await sdk.CreateAssetImageRegistryScanTask(request)).TaskID ?? 0;
const status = (request: Parameters<SdkClient['DescribeAssetImageRegistryScanStatusOneKey']>[0]) =>
  sdk.DescribeAssetImageRegistryScanStatusOneKey(request);
const inTask = async (TaskID: number) =>
  ((await status({ TaskID })).ImageStatus ?? []).map((image) => image.ImageTag).sort();

describe('ModifyImageAuthorized', () => {
  test('authorises all', async () => {
    await authorizeAll();

    expect(await authorizedTags()).toEqual(TAGS);
  });

  test('UpdatedRegistryImageCnt caps everything, newest first', async () => {
    await authorize({ AllRegistryImages: true, UpdatedRegistryImageCnt: 2 });

    expect(await authorizedTags()).toEqual(['v3', 'v4']);
  });

  test('the cap counts images that still need it', async () => {
    await authorize({ AllRegistryImages: true, UpdatedRegistryImageCnt: 2 });

    await authorize({ AllRegistryImages: true, UpdatedRegistryImageCnt: 1 });

    expect(await authorizedTags()).toEqual(['v2', 'v3', 'v4']);
  });

  test('a cap of zero authorises nothing', async () => {
    await authorize({ AllRegistryImages: true, UpdatedRegistryImageCnt: 0 });

    expect(await authorizedTags()).toEqual([]);
  });

  test('ids may be numbers in digits, image ids and manifest digests; what is not there is ignored', async () => {
    const [first, second, third] = images;

    await authorize({
      RegistryImageIds: [String(first?.id), second?.imageId ?? '', third?.digest ?? '', '999999', 'sha256:gone'],
    });

    expect(await authorizedTags()).toEqual(['v1', 'v2', 'v3']);
  });

  test('all wins over ids, ids win over the filter', async () => {
    const byTag = [{ Name: 'ImageTag', Values: ['v1'] }];

    await authorize({ RegistryImageIds: [String(idOf('v2'))], RegistryImageFilter: byTag });
    expect(await authorizedTags()).toEqual(['v2']);

    await authorize({ AllRegistryImages: true, RegistryImageIds: [String(idOf('v1'))] });
    expect(await authorizedTags()).toEqual(TAGS);
  });

  test('the filter leaves out what is excluded', async () => {
    await authorize({
      RegistryImageFilter: [{ Name: 'ImageName', Values: ['app'] }],
      ExcludeRegistryImageIds: [String(idOf('v2')), images[2]?.digest ?? ''],
    });

    expect(await authorizedTags()).toEqual(['v1', 'v4']);
  });

  test('the filter takes only the latest where asked', async () => {
    await authorize({ RegistryImageFilter: [{ Name: 'ImageName', Values: ['app'] }], OnlyShowLatest: true });

    expect(await authorizedTags()).toEqual(['v4']);
  });

  test('without any image to authorise it says what is missing, and an empty filter is none', async () => {
    for (const request of [{}, { RegistryImageFilter: [] }, { RegistryImageIds: [] }]) {
      await expect(authorize(request)).rejects.toMatchObject({
        code: 'MissingParameter',
        message: 'The request is missing a required parameter `RegistryImageFilter`.',
      });
    }
    expect(await authorizedTags()).toEqual([]);
  });

  test('local images alone are accepted: there are none', async () => {
    const request = { AllLocalImages: true, UpdatedLocalImageCnt: 5, UpdatedRegistryImageCnt: 0 };

    expect(await authorize(request)).toEqual({ RequestId: expect.any(String) });
  });

  test('an unknown source of local images is refused', async () => {
    await expect(authorize({ ImageSourceType: 'REGISTRY' })).rejects.toMatchObject({
      code: 'InvalidParameterValue',
      message: 'The value `REGISTRY` of parameter `ImageSourceType` is not valid: it must be ASSETIMAGE or IMAGEALL.',
    });
  });
});

describe('CreateAssetImageRegistryScanTask', () => {
  test('takes authorised images alone', async () => {
    await authorize({ RegistryImageIds: [String(idOf('v1'))] });

    expect(await inTask(await create({ All: true }))).toEqual(['v1']);
  });

  const nothing = {
    code: 'FailedOperation.ErrAlreadyScanning',
    message:
      'None of the chosen images can be scanned: they are being scanned already, or are not authorized (see ModifyImageAuthorized), or none was chosen.',
  };
  test('with nothing authorised, nothing chosen, or everything in a task already is refused', async () => {
    await expect(create({ All: true })).rejects.toMatchObject(nothing);
    await authorizeAll();
    for (const request of [{}, { Id: [] }, { Images: [] }, { Filters: [] }, { Id: [999_999] }, { All: false }]) {
      await expect(create(request)).rejects.toMatchObject(nothing);
    }
    await create({ All: true });
    await expect(create({ All: true })).rejects.toMatchObject(nothing);
  });

  test('chooses by ids, by coordinates and by filters, and joins them', async () => {
    await authorizeAll();
    const image = {
      InstanceName: 'lab',
      Namespace: 'team',
      ImageName: 'app',
      ImageTag: 'v2',
      Force: 'false',
      ImageRepoAddress: '127.0.0.1:5000/team/app:v2',
    };

    const task = await create({ Id: [idOf('v1')], Images: [image], Filters: [{ Name: 'ImageTag', Values: ['3'] }] });

    expect(await inTask(task)).toEqual(['v1', 'v2', 'v3']);
  });

  test('leaves out what is excluded', async () => {
    await authorizeAll();

    const task = await create({ Filters: [{ Name: 'ImageTag', Values: ['v'] }], ExcludeImageList: [idOf('v1')] });

    expect(await inTask(task)).toEqual(['v2', 'v3', 'v4']);
  });

  test('takes only the latest where asked', async () => {
    await authorizeAll();

    const task = await create({ Filters: [{ Name: 'ImageTag', Values: ['v'] }], OnlyScanLatest: true });

    expect(await inTask(task)).toEqual(['v4']);
  });

  test('takes kinds of scans in either case, and refuses others', async () => {
    await authorizeAll();

    await create({ Id: [idOf('v1')], ScanType: ['cve', 'VIRUS', 'Risk'] });
    await create({ Id: [idOf('v2')], ScanType: [] });

    await expect(create({ Id: [idOf('v3')], ScanType: ['CVE', 'SECRETS'] })).rejects.toMatchObject({
      code: 'InvalidParameterValue',
      message: 'The value `SECRETS` of parameter `ScanType` is not valid: it must be CVE, VIRUS or RISK.',
    });
  });

  test('with a timeout ends in time', async () => {
    await authorizeAll();
    const TaskID = await create({ All: true, Timeout: 60 });

    await store.tasks.expire(new Date('2026-11-25T00:01:01Z'));

    expect(await status({ TaskID })).toMatchObject({ Status: 'SCAN_TIMEOUT', ScanRemainTime: 0 });
  });

  test('refuses a timeout that no clock can hold, and goes on working', async () => {
    await authorizeAll();

    for (const Timeout of [31_536_001, Number.MAX_SAFE_INTEGER]) {
      await expect(create({ Id: [idOf('v1')], Timeout })).rejects.toMatchObject({
        code: 'InvalidParameterValue',
        message: `The value \`${Timeout}\` of parameter \`Timeout\` is not valid: it must be at most 31536000 seconds.`,
      });
    }
    expect(await create({ Id: [idOf('v1')], Timeout: 31_536_000 })).toBeGreaterThan(0);
  });

  test('takes a few hundred coordinates, and refuses more by name', async () => {
    await authorizeAll();
    const image = (tag: string) => ({
      InstanceName: '',
      Namespace: 'team',
      ImageName: 'app',
      ImageTag: tag,
      Force: '',
    });
    const many = (length: number) => Array.from({ length }, (_, i) => image(`t${i}`));

    const task = await create({ Images: [...many(499), image('v1')] });

    expect(await inTask(task)).toEqual(['v1']);
    await expect(create({ Images: many(501) })).rejects.toMatchObject({
      code: 'InvalidParameterValue.LengthLimit',
      message: 'The parameter `Images` is too long: at most 500 entries are allowed.',
    });
  });
});

describe('DescribeAssetImageRegistryScanStatusOneKey', () => {
  test('follows a task from its start to its end', async () => {
    await authorize({ RegistryImageIds: [String(idOf('v1')), String(idOf('v2'))] });
    const TaskID = await create({ All: true, ScanType: ['CVE'] });
    const [first, second] = [idOf('v1'), idOf('v2')];

    const waiting = await status({ TaskID });
    await store.tasks.start(TaskID, first, kinds);
    await store.tasks.recordProgress(TaskID, first, { vulnerability: 50 }, 30);
    const running = await status({ TaskID });
    await store.tasks.finish(TaskID, first, 'succeeded');
    await store.tasks.start(TaskID, second, kinds);
    await store.tasks.fail(TaskID, second, { cause: 'connection-failed', detail: '' });
    const ended = await status({ TaskID });

    expect(waiting).toMatchObject({
      Status: 'SCANNING',
      ImageTotal: 2,
      ImageScanCnt: 0,
      SuccessCount: 0,
      RiskCount: 0,
      Schedule: 0,
    });
    expect(running).toMatchObject({ Status: 'SCANNING', ImageScanCnt: 0, Schedule: 25, ScanRemainTime: 30 });
    expect(running.ImageStatus?.[0]).toEqual({
      ImageId: images[0]?.imageId,
      RegistryType: 'docker',
      ImageRepoAddress: '127.0.0.1:5000/team/app',
      InstanceId: '',
      InstanceName: 'lab',
      Namespace: 'team',
      ImageName: 'app',
      ImageTag: 'v1',
      ScanStatus: 'SCANNING',
      CveProgress: 50,
      RiskProgress: 0,
      VirusProgress: 0,
    });
    expect(ended).toMatchObject({
      Status: 'SCANNED',
      ImageTotal: 2,
      ImageScanCnt: 2,
      SuccessCount: 1,
      Schedule: 100,
      ScanRemainTime: 0,
    });
    expect(ended.ImageStatus?.map((image) => [image.ImageTag, image.ScanStatus]).sort()).toEqual([
      ['v1', 'SCANNED'],
      ['v2', 'SCAN_ERR'],
    ]);
  });

  test('tells of chosen images, whatever task they are in', async () => {
    await authorizeAll();
    const before = await status({ Id: [idOf('v1')] });
    const TaskID = await create({ Id: [idOf('v1')] });
    await store.tasks.start(TaskID, idOf('v1'), kinds);

    const during = await status({
      Images: [{ InstanceName: '', Namespace: '', ImageName: '', ImageTag: 'v1', Force: '' }],
    });
    const all = await status({ All: true });

    expect(before).toMatchObject({ Status: 'NOT_SCAN', ImageTotal: 1, ImageScanCnt: 0, Schedule: 0 });
    expect(during).toMatchObject({ Status: 'SCANNING', ImageTotal: 1, ImageScanCnt: 0 });
    expect(all).toMatchObject({ Status: 'SCANNING', ImageTotal: 4 });
  });

  test('the task wins over other selectors', async () => {
    await authorizeAll();
    const TaskID = await create({ Id: [idOf('v1')] });

    expect(await status({ TaskID, All: true })).toMatchObject({ ImageTotal: 1 });
  });

  test('without a selector says what is missing', async () => {
    for (const request of [{}, { All: false }, { Id: [] }, { Images: [] }]) {
      await expect(status(request)).rejects.toMatchObject({
        code: 'MissingParameter',
        message: 'The request is missing a required parameter `TaskID`.',
      });
    }
  });

  test('an unknown task is named', async () => {
    for (const TaskID of [0, 999_999, Number.MAX_SAFE_INTEGER]) {
      await expect(status({ TaskID })).rejects.toMatchObject({
        code: 'ResourceNotFound',
        message: `There is no scan task with TaskID \`${TaskID}\`.`,
      });
    }
  });
});

describe('ModifyAssetImageRegistryScanStop', () => {
  const stop = (request: Parameters<SdkClient['ModifyAssetImageRegistryScanStop']>[0]) =>
    sdk.ModifyAssetImageRegistryScanStop(request);
  const startAll = async () => {
    await authorizeAll();
    const TaskID = await create({ All: true });
    for (const tag of TAGS) await store.tasks.start(TaskID, idOf(tag), kinds);
    return TaskID;
  };
  const statuses = async () => (await rows()).map((row) => row.scanStatus);

  test('stops a task, and may be called twice', async () => {
    const TaskID = await startAll();

    await stop({ TaskID });
    await stop({ TaskID });

    expect(await status({ TaskID })).toMatchObject({ Status: 'CANCELED', ImageScanCnt: 4, ScanRemainTime: 0 });
    expect(await statuses()).toEqual(Array(4).fill('canceled'));
  });

  test('stops chosen images and lets the others go on', async () => {
    const TaskID = await startAll();

    await stop({ Id: [idOf('v1')] });
    await stop({
      Filters: [{ Name: 'ImageTag', Values: ['v'] }],
      ExcludeImageList: [idOf('v3')],
      OnlyScanLatest: true,
    });

    expect(await statuses()).toEqual(['canceled', 'scanning', 'scanning', 'canceled']);
    expect(await status({ TaskID })).toMatchObject({ Status: 'SCANNING' });
  });

  test('of images that were chosen is CANCELED when they are asked for again', async () => {
    await startAll();

    await stop({ Id: [idOf('v1'), idOf('v2')] });

    expect(await status({ Id: [idOf('v1')] })).toMatchObject({ Status: 'CANCELED' });
    expect(await status({ Id: [idOf('v1'), idOf('v2')] })).toMatchObject({ Status: 'CANCELED', ScanRemainTime: 0 });
    expect(await status({ Id: [idOf('v1'), idOf('v3')] })).toMatchObject({ Status: 'SCANNING' });
  });

  test('stops everything where asked', async () => {
    const TaskID = await startAll();

    await stop({ All: true });

    expect(await status({ TaskID })).toMatchObject({ Status: 'CANCELED' });
  });

  test('without a selector stops nothing; an empty list of filters is none', async () => {
    await startAll();

    for (const request of [{}, { Id: [] }, { Images: [] }, { Filters: [] }, { OnlyScanLatest: true }]) {
      await expect(stop(request)).rejects.toMatchObject({ code: 'MissingParameter' });
    }
    expect(await statuses()).toEqual(Array(4).fill('scanning'));
  });

  test('an unknown task is named', async () => {
    await expect(stop({ TaskID: 999_999 })).rejects.toMatchObject({
      code: 'ResourceNotFound',
      message: 'There is no scan task with TaskID `999999`.',
    });
  });
});
