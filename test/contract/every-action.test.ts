import { pino } from 'pino';
import { tcss } from 'tencentcloud-sdk-nodejs/tencentcloud/services/tcss/index.js';
import { CommonClient } from 'tencentcloud-sdk-nodejs-common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actions } from '../../src/api/actions/index.ts';
import { exportTables } from '../../src/api/export-tables/index.ts';
import { exportFormats } from '../../src/exports/formats/index.ts';
import type { Store } from '../../src/store/store.ts';
import { createExportJobHandler } from '../../src/tasks/run-export-job.ts';
import { internationalSdk } from '../support/international-sdk.ts';
import { openTestStore, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { type Parameter, type ParameterType, parametersOf, sampleOf } from '../support/parameters-of.ts';
import { sampleRegistry } from '../support/sample-images.ts';
import { type SeededStore, seedEveryKind } from '../support/seed-every-kind.ts';
import { type ApiKeyPair, startTestApi, type TestApi } from '../support/start-test-api.ts';

type JsonObject = Readonly<Record<string, unknown>>;

interface Row {
  /** What is asked; a function is called before each call, and brings back the state that the call needs. */
  readonly ask: JsonObject | (() => JsonObject | Promise<JsonObject>);
  /** What must be in the answer, so that there is something behind it. */
  readonly answer: JsonObject;
  /** Members that differ from call to call: new ids, and links and times made for the call. */
  readonly fresh?: readonly string[];
}

let engine: StoreEngine;
let store: Store;
let api: TestApi;
let reader: ApiKeyPair;
let seed: SeededStore;
/** An export that is done. */
let jobId: string;
let taskId: number;

const log = pino({ level: 'silent' });
const some = expect.any(Number);
const link = expect.stringContaining('/exports/');
const atLeastOne = { TotalCount: some, List: expect.arrayContaining([expect.anything()]) };
const id = (tag: string) => () => ({ Id: seed.idOf(tag) });
const imageId = () => ({ ImageID: seed.images.get('v1.1')?.imageId });
const found = () => ({ PocID: seed.found });
const cve = (name: string) => ({ Filters: [{ Name: 'CVEID', Values: [name] }] });
let names = 0;
const registry = { Username: 'a', Password: 'b', Url: 'localhost:5000', RegistryType: 'docker', NetType: 'public' };

const requests: Readonly<Record<(typeof actions)[number]['name'], Row>> = {
  AddAssetImageRegistryRegistryDetail: {
    ask: () => ({ ...registry, Name: `new ${++names}`, Insecure: 1, SpeedLimit: 5, NeedScan: false }),
    answer: { HealthCheckErr: '', NameRepeatErr: '', RegistryId: some },
    fresh: ['RegistryId'],
  },
  AddIgnoreVul: { ask: () => ({ List: [{ PocID: seed.ignored }] }), answer: {} },
  CheckRepeatAssetImageRegistry: { ask: { Name: 'docker-lab' }, answer: { IsRepeat: true } },
  CreateAssetImageRegistryScanTask: {
    ask: async () => ({ Id: [await stopped('v2.0_rc')], ScanType: ['CVE'] }),
    answer: { TaskID: some },
    fresh: ['TaskID'],
  },
  CreateAssetImageRegistryScanTaskOneKey: {
    ask: async () => ({ Id: [await stopped('v2.0_rc')], ScanType: ['CVE'] }),
    answer: { TaskID: some },
    fresh: ['TaskID'],
  },
  CreateComponentExportJob: { ask: exporting(imageId), answer: { JobId: expect.any(String) }, fresh: ['JobId'] },
  CreateImageExportJob: {
    ask: exporting(() => ({ Filters: [{ Name: 'ImageTag', Values: ['v1'] }], ExportField: ['ImageName'] })),
    answer: { JobId: expect.any(String) },
    fresh: ['JobId', 'DownloadUrl'],
  },
  CreateVulExportJob: {
    ask: exporting(() => ({ ...imageId(), ExportField: ['CVEID'] })),
    answer: { JobId: expect.any(String) },
    fresh: ['JobId'],
  },
  CreateVulScanTask: {
    ask: async () => ({ RegistryImageIDs: [await stopped('v2.0_rc')] }),
    answer: { RegistryTaskID: some },
    fresh: ['RegistryTaskID'],
  },
  DeleteIgnoreVul: {
    ask: async () => {
      const List = [{ PocID: seed.spare }];
      await api.sdk.AddIgnoreVul({ List });
      return { List };
    },
    answer: {},
  },
  DescribeAssetImageRegistryAssetStatus: { ask: {}, answer: { Status: expect.any(String) } },
  DescribeAssetImageRegistryDetail: { ask: id('v1.1'), answer: { ImageTag: 'v1.1', VirusCnt: 1, RiskCnt: 1 } },
  DescribeAssetImageRegistryList: {
    ask: {
      Limit: 5,
      Offset: 0,
      Filters: [{ Name: 'ImageTag', Values: ['v1.0', 'v1.1'], ExactMatch: true }],
      By: 'Id',
      Order: 'asc',
      OnlyShowLatest: false,
    },
    answer: { TotalCount: 2, List: [{ ImageTag: 'v1.0' }, { ImageTag: 'v1.1' }] },
  },
  DescribeAssetImageRegistryListExport: {
    ask: exporting(() => ({ ExportField: ['ImageName', 'ImageTag'] })),
    answer: { DownloadUrl: link, JobId: expect.any(String) },
    fresh: ['JobId', 'DownloadUrl'],
  },
  DescribeAssetImageRegistryRegistryDetail: {
    ask: () => ({ RegistryId: seed.registryId }),
    answer: { Name: 'docker-lab', ConnDetectDetail: [expect.anything()] },
  },
  DescribeAssetImageRegistryRegistryList: {
    ask: { Filters: [{ Name: 'Name', Values: ['docker-lab'] }] },
    answer: { TotalCount: 1, List: [{ Name: 'docker-lab' }] },
  },
  DescribeAssetImageRegistryRiskInfoList: { ask: id('v1.1'), answer: { TotalCount: 1, List: [{ Level: '3' }] } },
  DescribeAssetImageRegistryRiskListExport: {
    ask: exporting(id('v1.1')),
    answer: { DownloadUrl: link },
    fresh: ['JobId', 'DownloadUrl'],
  },
  DescribeAssetImageRegistryScanStatusOneKey: {
    ask: () => ({ Id: [seed.idOf('v1.1')] }),
    answer: { ImageTotal: 1, ImageStatus: [{ ImageTag: 'v1.1' }] },
  },
  DescribeAssetImageRegistrySummary: { ask: {}, answer: { UnScannedImageCnt: some } },
  DescribeAssetImageRegistryVirusList: { ask: id('v1.1'), answer: { TotalCount: 1, List: [{ RiskLevel: '3' }] } },
  DescribeAssetImageRegistryVirusListExport: {
    ask: exporting(id('v1.1')),
    answer: { DownloadUrl: link },
    fresh: ['JobId', 'DownloadUrl'],
  },
  DescribeAssetImageRegistryVulList: {
    ask: () => ({ ...id('v1.1')(), Filters: [{ Name: 'Level', Values: ['4'] }] }),
    answer: { TotalCount: 1, List: [{ CVEID: 'CVE-2019-10744' }] },
  },
  DescribeAssetImageRegistryVulListExport: {
    ask: exporting(id('v1.1')),
    answer: { DownloadUrl: link },
    fresh: ['JobId', 'DownloadUrl'],
  },
  DescribeAssetImageSimpleList: { ask: { Limit: 3 }, answer: atLeastOne },
  DescribeAssetSummary: { ask: {}, answer: { ImageCnt: 9, ImageHasVirusCnt: some }, fresh: ['CreateTime'] },
  DescribeAssetSyncLastTime: { ask: {}, answer: { TaskStatus: expect.any(String) } },
  DescribeContainerAssetSummary: { ask: {}, answer: { ImageTotalCnt: 9 } },
  DescribeExportJobDownloadURL: { ask: () => ({ JobID: jobId }), answer: { DownloadURL: link } },
  DescribeExportJobManageList: { ask: { Limit: 2, Order: 'asc' }, answer: atLeastOne },
  DescribeExportJobResult: { ask: () => ({ JobId: jobId }), answer: { ExportStatus: 'SUCCESS', DownloadURL: link } },
  DescribeImageAuthorizedInfo: { ask: {}, answer: { UsedAuthorizedCnt: some } },
  DescribeImageAutoAuthorizedLogList: {
    ask: async () => ({ TaskId: (await api.sdk.DescribeImageAutoAuthorizedTaskList(everyDay)).List?.[0]?.TaskId }),
    answer: atLeastOne,
  },
  DescribeImageAutoAuthorizedTaskList: {
    ask: () => everyDay,
    answer: { TotalCount: 2, List: expect.arrayContaining([expect.objectContaining({ Type: 'AUTO' })]) },
  },
  DescribeImageComponentList: { ask: imageId, answer: { TotalCount: 2, List: expect.any(Array) } },
  DescribeImageRegistryNamespaceList: {
    ask: { Limit: 3 },
    answer: { TotalCount: 5, NamespaceList: expect.any(Array) },
  },
  DescribeImageRegistryTimingScanTask: { ask: {}, answer: { Enable: true, ScanTime: '03:00' } },
  DescribeImageSimpleList: { ask: { Limit: 3 }, answer: { ImageCnt: some, ImageList: expect.any(Array) } },
  DescribeScanIgnoreVulList: {
    ask: cve('CVE-2024-0002'),
    answer: { TotalCount: 1, List: [{ CVEID: 'CVE-2024-0002' }] },
  },
  DescribeSystemVulList: { ask: cve('CVE-2024-0001'), answer: { TotalCount: 1, List: [{ CVEID: 'CVE-2024-0001' }] } },
  DescribeVulDetail: { ask: found, answer: { VulInfo: { CVEID: 'CVE-2024-0001' } } },
  DescribeVulIgnoreRegistryImageList: { ask: () => ({ PocID: seed.ignored }), answer: atLeastOne },
  DescribeVulRegistryImageList: { ask: found, answer: { TotalCount: 2, List: expect.any(Array) } },
  DescribeVulScanInfo: { ask: () => ({ RegistryTaskID: taskId }), answer: { RegistryTaskID: some } },
  DescribeWebVulList: { ask: {}, answer: { TotalCount: 1, List: [{ CVEID: 'CVE-2019-10744' }] } },
  ModifyAssetImageRegistryScanStop: { ask: async () => ({ Id: [await started('v2.0_rc')] }), answer: {} },
  ModifyAssetImageRegistryScanStopOneKey: { ask: async () => ({ Id: [await started('v2.0_rc')] }), answer: {} },
  ModifyImageAuthorized: {
    ask: () => ({
      AllLocalImages: false,
      AllRegistryImages: false,
      UpdatedLocalImageCnt: 0,
      UpdatedRegistryImageCnt: 1,
      ImageSourceType: 'ASSETIMAGE',
      RegistryImageIds: [String(seed.idOf('v1.0'))],
    }),
    answer: {},
  },
  RemoveAssetImageRegistryRegistryDetail: {
    ask: async () => ({ RegistryId: (await store.registries.add(sampleRegistry(`gone ${++names}`))).id }),
    answer: {},
  },
  RenewImageAuthorizeState: {
    ask: () => ({ AllImages: false, ImageIds: [String(seed.idOf('v1.0'))] }),
    answer: {},
  },
  StopVulScanTask: {
    ask: async () => {
      const RegistryImageIDs = [await stopped('v2.0_rc')];
      const { RegistryTaskID } = await api.sdk.CreateVulScanTask({ RegistryImageIDs });
      return { RegistryTaskID, RegistryImageIDs };
    },
    answer: {},
  },
  SyncAssetImageRegistryAsset: { ask: () => ({ RegistryIds: [seed.registryId] }), answer: {} },
  // An old SDK does not know RegistryId, and then the name tells which.
  UpdateAssetImageRegistryRegistryDetail: {
    ask: () => ({ ...registry, Name: 'docker-lab', RegistryId: seed.registryId }),
    answer: { HealthCheckErr: '', NameRepeatErr: '' },
  },
  UpdateImageRegistryTimingScanTask: {
    ask: { ScanPeriod: 1, Enable: true, ScanTime: '03:00', ScanType: ['CVE'], ScanScope: 0, Latest: true },
    answer: {},
  },
};

const everyDay = { StartTime: '2026-01-01', EndTime: '2099-01-01' };

/** Ends what scans this image, so that a scan can be started. */
async function stopped(tag: string): Promise<number> {
  await api.sdk.ModifyAssetImageRegistryScanStop({ Id: [seed.idOf(tag)] });
  return seed.idOf(tag);
}

async function started(tag: string): Promise<number> {
  await api.sdk.CreateAssetImageRegistryScanTask({ Id: [await stopped(tag)] });
  return seed.idOf(tag);
}

/** So many exports may wait at once and no more: those of earlier calls are written first. */
function exporting(ask: () => JsonObject): () => Promise<JsonObject> {
  return async () => {
    await writeExports();
    return ask();
  };
}

async function writeExports(): Promise<void> {
  const run = createExportJobHandler({ store, tables: exportTables, formats: exportFormats, log });
  const { rows } = await store.exports.list({ direction: 'asc', offset: 0, limit: 1_000 });
  for (const { id: exportId } of rows.filter(({ status }) => status === 'running')) {
    const job = { id: 0, kind: 'export', exportId, attempt: 1 } as const;
    expect(await run(job, new AbortController().signal)).toMatchObject({ done: true });
  }
}

beforeAll(async () => {
  engine = await sqliteEngine();
  const opened = await openTestStore(engine);
  ({ store } = opened);
  opened.clock.now = new Date();
  seed = await seedEveryKind(store, opened.url);
  api = await startTestApi(store);
  reader = await api.createKey('reader');
  ({ JobId: jobId = '' } = await api.sdk.DescribeAssetImageRegistryListExport({ ExportField: [] }));
  await writeExports();
  await api.sdk.UpdateImageRegistryTimingScanTask({ ScanPeriod: 1, Enable: true, ScanTime: '03:00' });
  const task = await store.tasks.list({ offset: 0, limit: 1 });
  taskId = task.rows[0]?.id ?? 0;
});
afterAll(async () => {
  await api?.stop();
  await store?.close();
  await engine?.stop();
});

type Call = (action: string, parameters: JsonObject) => Promise<JsonObject>;

const profile = (reqMethod: 'GET' | 'POST') => ({
  signMethod: 'TC3-HMAC-SHA256' as const,
  httpProfile: { protocol: 'http://', endpoint: new URL(api.url).host, reqMethod, reqTimeout: 30 },
});
const official = (reqMethod: 'GET' | 'POST', credential: ApiKeyPair = api.key): Call => {
  const client = new tcss.v20201101.Client({ credential, region: '', profile: profile(reqMethod) });
  return (action, parameters) => client.request(action, parameters);
};
const common = (): Call => {
  const { signMethod, httpProfile } = profile('POST');
  const client = new CommonClient(httpProfile.endpoint, '2020-11-01', {
    credential: api.key,
    region: '',
    profile: { signMethod, httpProfile },
  });
  return (action, parameters) => client.request(action, parameters);
};

const rowOf = (action: string): Row => {
  const [, row] = Object.entries(requests).find(([name]) => name === action) ?? [];
  if (!row) throw new Error(`${action} has no row in the table of requests`);
  return row;
};
const ask = async ({ ask }: Row) => (typeof ask === 'function' ? ask() : ask);

/** The answer without what differs from call to call, each of which is there. */
function lasting(answer: JsonObject, { fresh = [] }: Row): JsonObject {
  expect(answer).toMatchObject({ RequestId: expect.any(String) });
  return Object.fromEntries(
    Object.entries(answer)
      .filter(([name]) => name !== 'RequestId')
      .map(([name, value]) => [name, fresh.includes(name) ? typeof value : value]),
  );
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null;

/** An answer as the models of an old SDK keep it: without members that they do not know, at any depth. */
function asKnown(whole: unknown, model: unknown): unknown {
  if (Array.isArray(whole) && Array.isArray(model)) {
    return whole.map((item, i) => (i < model.length ? asKnown(item, model[i]) : item));
  }
  if (!isObject(whole) || !isObject(model) || Array.isArray(whole)) return whole;
  return Object.fromEntries(
    Object.entries(model).flatMap(([name, value]) => (name in whole ? [[name, asKnown(whole[name], value)]] : [])),
  );
}

/** The models keep `null` for what was not answered. */
function withoutUnanswered(model: unknown, whole: unknown): unknown {
  if (Array.isArray(model))
    return model.map((item, i) => withoutUnanswered(item, Array.isArray(whole) ? whole[i] : {}));
  if (!isObject(model)) return model;
  return Object.fromEntries(
    Object.entries(model).flatMap(([name, value]) => {
      const answered: unknown = isObject(whole) ? Reflect.get(whole, name) : undefined;
      return answered === undefined ? [] : [[name, withoutUnanswered(value, answered)]];
    }),
  );
}

test('every action has a row', () => {
  expect(Object.keys(requests).sort()).toEqual(actions.map(({ name }) => name).sort());
});

describe.for(actions)('$name', (action) => {
  const { name } = action;

  test('succeeds with the same result through every client', async () => {
    const row = rowOf(name);
    const sdks = {
      'international SDK, as it comes': internationalSdk(api.url, api.key),
      'international SDK, TC3': internationalSdk(api.url, api.key, { signMethod: 'TC3-HMAC-SHA256' }),
      'international SDK, GET': internationalSdk(api.url, api.key, { method: 'GET' }),
    };

    const whole = await official('POST')(name, await ask(row));
    const answer = lasting(whole, row);

    expect(whole).toMatchObject(row.answer);
    expect(lasting(await official('GET')(name, await ask(row)), row), 'GET').toEqual(answer);
    expect(lasting(await common()(name, await ask(row)), row), 'common').toEqual(answer);
    for (const [title, sdk] of Object.entries(sdks)) {
      if (!sdk.knows(name)) continue;
      const model = lasting(await sdk.call(name, await ask(row)), row);
      expect(withoutUnanswered(model, answer), title).toEqual(asKnown(answer, model));
    }
  });

  test(action.writes ? 'is refused to a reader' : 'answers a reader', async () => {
    const call = official('POST', reader)(name, await ask(rowOf(name)));

    if (!action.writes) await expect(call).resolves.toHaveProperty('RequestId');
    else {
      await expect(call).rejects.toMatchObject({
        code: 'UnauthorizedOperation',
        message: expect.stringContaining(`\`${name}\``),
      });
    }
  });

  test('names every parameter that is unknown, missing or of a wrong type', async () => {
    const given = await ask(rowOf(name));
    const call = official('POST');

    for (const { parameters, code, parameter } of faultyRequests(parametersOf(action.input), given)) {
      await expect(call(name, parameters), `${code} ${parameter}`).rejects.toMatchObject({
        code,
        message: expect.stringContaining(`\`${parameter}\``),
      });
    }
  });
});

interface FaultyRequest {
  readonly parameters: JsonObject;
  readonly code: 'UnknownParameter' | 'MissingParameter' | 'InvalidParameter';
  /** Its place, dotted. */
  readonly parameter: string;
}

/** Requests with one fault each, at every depth; all else is as given, or the least that a type must have. */
function faultyRequests(members: readonly Parameter[], given: JsonObject): readonly FaultyRequest[] {
  const unknown: FaultyRequest = {
    parameters: { ...given, Surplus: 1 },
    code: 'UnknownParameter',
    parameter: 'Surplus',
  };
  return [unknown, ...members.flatMap((member) => faultsOf(member, given))];
}

function faultsOf({ name, required, type }: Parameter, given: JsonObject): readonly FaultyRequest[] {
  const { [name]: _, ...others } = given;
  const missing: FaultyRequest = { parameters: others, code: 'MissingParameter', parameter: name };
  return [
    ...(required ? [missing] : []),
    ...faultyValues(type).map(({ value, code, place }) => ({
      parameters: { ...given, [name]: value },
      code,
      parameter: [name, ...place].join('.'),
    })),
  ];
}

interface FaultyValue {
  readonly value: unknown;
  readonly code: FaultyRequest['code'];
  readonly place: readonly string[];
}

function faultyValues(type: ParameterType): readonly FaultyValue[] {
  const wrong = { value: type.kind === 'object' ? 'x' : { a: 1 }, code: 'InvalidParameter', place: [] } as const;
  switch (type.kind) {
    case 'scalar':
      return [wrong, { ...wrong, value: [['x']] }];
    case 'list': {
      const inItem = faultyValues(type.item).map(({ value, code, place }) => ({
        value: [sampleOf(type.item), value],
        code,
        place: ['1', ...place],
      }));
      return [wrong, ...inItem];
    }
    case 'object': {
      const sample = sampleOf(type);
      const inMembers = faultyRequests(type.members, isObject(sample) ? sample : {});
      return [
        wrong,
        ...inMembers.map(({ parameters, code, parameter }) => ({ value: parameters, code, place: [parameter] })),
      ];
    }
  }
}
