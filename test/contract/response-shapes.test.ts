import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { openTestStore, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { runSql } from '../support/run-sql.ts';
import { digestOf } from '../support/sample-images.ts';
import { seedImages } from '../support/seed-images.ts';
import { type RawAnswer, sendRequest } from '../support/send-request.ts';
import { shapeFaults } from '../support/shape-faults.ts';
import { signRequest } from '../support/sign-request.ts';
import { startTestApi, type TestApi } from '../support/start-test-api.ts';

/** The actions of this file, each with requests that bring out all of its nested rows. */
let requests: Readonly<Record<string, readonly object[]>> = {};
/** Members that must not be empty, or nothing would be proved of what they hold. */
const lists: Readonly<Record<string, readonly string[]>> = {
  DescribeAssetImageRegistryList: ['List'],
  DescribeAssetImageRegistryRegistryList: ['List'],
  DescribeAssetImageRegistryRegistryDetail: ['ConnDetectDetail'],
  DescribeAssetImageRegistryScanStatusOneKey: ['ImageStatus'],
  DescribeAssetImageRegistryVulList: ['List'],
};

const names = [
  'AddAssetImageRegistryRegistryDetail',
  'CreateAssetImageRegistryScanTask',
  'DescribeAssetImageRegistryAssetStatus',
  'DescribeAssetImageRegistryDetail',
  'DescribeAssetImageRegistryList',
  'DescribeAssetImageRegistryRegistryDetail',
  'DescribeAssetImageRegistryRegistryList',
  'DescribeAssetImageRegistryScanStatusOneKey',
  'DescribeAssetImageRegistryVulList',
  'ModifyAssetImageRegistryScanStop',
  'ModifyImageAuthorized',
  'RemoveAssetImageRegistryRegistryDetail',
  'SyncAssetImageRegistryAsset',
];

let engine: StoreEngine;
let store: Store;
let api: TestApi;

beforeAll(async () => {
  engine = await sqliteEngine();
  const opened = await openTestStore(engine);
  store = opened.store;
  const rows = await seedImages(store, opened.url);
  const idOf = (tag: string) => rows.get(tag)?.id ?? 0;
  const scanned = rows.get('v1.1');
  if (!scanned) throw new Error('the seed has no image v1.1');
  const layer = digestOf('layer v1.1');
  await store.inventories.saveScan({
    artifactId: scanned.artifactId,
    inventory: { packages: [], problems: [] },
    vulnerabilities: [
      {
        id: 'CVE-2024-1',
        aliases: [],
        title: '',
        description: '',
        references: [],
        severity: 'unknown',
        exploited: false,
        affected: [
          {
            package: { ecosystem: 'npm', name: 'lodash', version: '4', path: 'app/package.json', layer },
            advisoryId: 'x',
          },
        ],
      },
    ],
    summary: scanned.summary,
    advisorySnapshot: 'test',
  });
  // One image that may be scanned by the task that this file creates.
  await runSql(opened.url, `update images set authorized = 1 where id = ${idOf('v1.0')}`);
  api = await startTestApi(store);
  const registry = (
    await store.registries.list({ conditions: [], sort: { key: 'id', direction: 'asc' }, offset: 0, limit: 9 })
  ).rows[0]?.id;
  const connect = {
    Name: 'another',
    Username: '',
    Password: '',
    Url: 'localhost:5000',
    RegistryType: 'docker',
    NetType: 'public',
  };
  requests = {
    AddAssetImageRegistryRegistryDetail: [connect, connect],
    CreateAssetImageRegistryScanTask: [{ Id: [idOf('v1.0')] }],
    DescribeAssetImageRegistryAssetStatus: [{}],
    DescribeAssetImageRegistryDetail: [...rows.values()].map(({ id }) => ({ Id: id })),
    DescribeAssetImageRegistryList: [{ Limit: 100 }],
    DescribeAssetImageRegistryRegistryDetail: [{ RegistryId: registry }],
    DescribeAssetImageRegistryRegistryList: [{}],
    DescribeAssetImageRegistryScanStatusOneKey: [{ All: true }, { TaskID: 1 }],
    DescribeAssetImageRegistryVulList: [{ Id: idOf('v1.1') }],
    ModifyAssetImageRegistryScanStop: [{ All: true }],
    ModifyImageAuthorized: [
      {
        AllLocalImages: false,
        AllRegistryImages: true,
        UpdatedLocalImageCnt: 0,
        UpdatedRegistryImageCnt: 1,
        ImageSourceType: 'IMAGEALL',
      },
    ],
    RemoveAssetImageRegistryRegistryDetail: [{ RegistryId: registry }],
    SyncAssetImageRegistryAsset: [{ All: true }],
  };
});
afterAll(async () => {
  await api?.stop();
  await store?.close();
  await engine?.stop();
});

const send = (action: string, parameters: object) =>
  sendRequest(
    api.url,
    signRequest({ key: api.key, action, body: JSON.stringify(parameters), host: new URL(api.url).host }),
  );
const responseOf = ({ text }: RawAnswer): Readonly<Record<string, unknown>> => JSON.parse(text).Response;

const STRING = /"(?:[^"\\]|\\.)*"/g;

// As received: a number that JSON spells 1.0 is an integer to JavaScript, but not to Go.
test.for(names)('%s answers exactly the fields of the SDK, each of its type', async (action) => {
  const given = requests[action] ?? [];
  expect(given.length).toBeGreaterThan(0);

  for (const parameters of given) {
    const answer = await send(action, parameters);

    const response = responseOf(answer);
    expect(response).not.toHaveProperty('Error');
    expect(shapeFaults(response, `${action}Response`)).toEqual([]);
    for (const member of lists[action] ?? []) expect(response[member]).not.toEqual([]);
    expect(answer.text.replace(STRING, '')).not.toMatch(/\d[.eE]/);
  }
});

describe('what finds faults in shapes finds', () => {
  const layer = { LayerId: 'a', LayerCmd: 'b' };

  test.for([
    [{ ...layer, Layer: 1 }, 'ImageVulLayerInfo.Layer is surplus'],
    [{ LayerId: 'a' }, 'ImageVulLayerInfo.LayerCmd is missing'],
    [{ LayerId: 'a', LayerCmd: 5 }, 'ImageVulLayerInfo.LayerCmd is 5, not a string'],
    [{ LayerId: 'a', LayerCmd: null }, 'ImageVulLayerInfo.LayerCmd is null'],
    [[], 'ImageVulLayerInfo is [], not an object'],
  ])('%j: %s', ([value, fault]) => {
    expect(shapeFaults(value, 'ImageVulLayerInfo')).toEqual([fault]);
  });

  test('them in rows of rows, and fractions', () => {
    const response = { List: [{ CVEID: 1, LayerInfos: [{ LayerId: 'a' }] }], TotalCount: 1.5, RequestId: 'x' };

    const faults = shapeFaults(response, 'DescribeAssetImageRegistryVulListResponse');

    expect(faults).toEqual(
      expect.arrayContaining([
        'DescribeAssetImageRegistryVulListResponse.List[0].CVEID is 1, not a string',
        'DescribeAssetImageRegistryVulListResponse.List[0].LayerInfos[0].LayerCmd is missing',
        'DescribeAssetImageRegistryVulListResponse.TotalCount is 1.5, not an integer',
      ]),
    );
  });

  test('nothing in an unknown count', () => {
    const faults = shapeFaults({ CriticalLevelVulCnt: null, VulCnt: null }, 'ImageRepoInfo');

    expect(faults).not.toContain('ImageRepoInfo.CriticalLevelVulCnt is null');
    expect(faults).toContain('ImageRepoInfo.VulCnt is null');
  });
});
