import { tcss } from 'tencentcloud-sdk-nodejs/tencentcloud/services/tcss/index.js';
import { CommonClient } from 'tencentcloud-sdk-nodejs-common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { internationalSdk } from '../support/international-sdk.ts';
import { openTestStore, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { type RequestToSend, sendRequest } from '../support/send-request.ts';
import { type RequestToSign, signRequest } from '../support/sign-request.ts';
import { signV1Request, type V1RequestToSign } from '../support/sign-v1-request.ts';
import { startTestApi, type TestApi } from '../support/start-test-api.ts';

const LIST = 'DescribeAssetImageRegistryList';

let engine: StoreEngine;
let store: Store;
let api: TestApi;
let host: string;

beforeAll(async () => {
  engine = await sqliteEngine();
  ({ store } = await openTestStore(engine));
  const { id } = await store.registries.add(sampleRegistry('harbor lab+1'));
  await store.images.saveTags(id, 'team/web', [sampleTag('1.0', [sampleImage('web 1')])]);
  await store.images.saveTags(id, 'team/未命名', [sampleTag('2.0', [sampleImage('other')])]);
  api = await startTestApi(store);
  host = new URL(api.url).host;
});
afterAll(async () => {
  await api?.stop();
  await store?.close();
  await engine?.stop();
});

const send = async (request: RequestToSend) => {
  const answer = await sendRequest(api.url, request);
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
  return (JSON.parse(answer.text) as { Response: Readonly<Record<string, unknown>> }).Response;
};
const get = (query: string, overrides: Partial<RequestToSign> = {}) =>
  send(
    signRequest({
      key: api.key,
      action: LIST,
      host,
      body: '',
      method: 'GET',
      query,
      contentType: 'application/x-www-form-urlencoded',
      ...overrides,
    }),
  );
const v1 = (overrides: Partial<V1RequestToSign> = {}) =>
  send(signV1Request({ key: api.key, action: LIST, host, ...overrides }));
const failure = (Code: string, Message: string) => ({ Error: { Code, Message }, RequestId: expect.any(String) });

const filters = [
  { Name: 'InstanceName', Values: ['lab+1', 'x y'], ExactMatch: false },
  { Name: 'ImageName', Values: ['未命名'], ExactMatch: true },
];
const flat = {
  Limit: '10',
  OnlyShowLatest: 'true',
  'Filters.0.Name': 'InstanceName',
  'Filters.0.Values.0': 'lab+1',
  'Filters.0.Values.1': 'x y',
  'Filters.0.ExactMatch': 'false',
  'Filters.1.Name': 'ImageName',
  'Filters.1.Values.0': '未命名',
  'Filters.1.ExactMatch': 'true',
};
const found = { TotalCount: 1, List: [{ ImageName: '未命名', ImageTag: '2.0' }] };
const percent = (pairs: readonly (readonly [string, string])[]) =>
  pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
const plus = (pairs: readonly (readonly [string, string])[]) =>
  new URLSearchParams(Object.fromEntries(pairs)).toString();
const changed = (changes: Readonly<Record<string, string>>) => Object.entries({ ...flat, ...changes });

describe('GET signed with TC3', () => {
  test.for<[string, () => string]>([
    ['Node: unsorted, %20', () => percent(Object.entries(flat))],
    ['Go: sorted, +', () => plus(Object.entries(flat).sort(([a], [b]) => (a < b ? -1 : 1)))],
    [
      'Python: True and False',
      () => plus(changed({ OnlyShowLatest: 'True', 'Filters.0.ExactMatch': 'False', 'Filters.1.ExactMatch': 'True' })),
    ],
    [
      'PHP: 1 and 0',
      () => plus(changed({ OnlyShowLatest: '1', 'Filters.0.ExactMatch': '0', 'Filters.1.ExactMatch': '1' })),
    ],
    [
      'counting from one, with gaps',
      () =>
        percent(
          Object.entries(flat).map(([name, value]) => [
            name.replace('s.1.', 's.7.').replace('s.0.N', 's.3.N').replace('s.0.V', 's.3.V').replace('s.0.E', 's.3.E'),
            value,
          ]),
        ),
    ],
  ])('%s', async ([, query]) => {
    expect(await get(query())).toMatchObject(found);
  });

  test('without parameters', async () => {
    expect(await get('', { action: 'DescribeAssetImageRegistryAssetStatus' })).toMatchObject({ Status: 'success' });
  });

  test('a changed query is refused', async () => {
    const request = signRequest({ key: api.key, action: LIST, host, body: '', method: 'GET', query: 'Limit=1' });

    expect(await send({ ...request, path: '/?Limit=2' })).toMatchObject({
      Error: { Code: 'AuthFailure.SignatureFailure' },
    });
    expect(await send({ ...request, path: '/?Limit=1&' })).toMatchObject({
      Error: { Code: 'AuthFailure.SignatureFailure' },
    });
  });

  test.for([
    ['Limit', 'InvalidParameter', 'Url key and value should be splited by `=`.'],
    ['Limit=%zz', 'InvalidParameter', 'The parameter `%zz` is not valid percent-encoded UTF-8.'],
    [
      'Limit=1&Limit=2',
      'InvalidParameter',
      'The parameter `Limit` is given twice, or is a value and a parent at once.',
    ],
    [
      'Limit=ten',
      'InvalidParameter',
      'The value type of parameter `Limit` is not valid, input type should be `integer`.',
    ],
    ['Limit=-1', 'InvalidParameter', 'The value type of parameter `Limit` is not valid.'],
    [
      'OnlyShowLatest=yes',
      'InvalidParameter',
      'The value type of parameter `OnlyShowLatest` is not valid, input type should be `boolean`.',
    ],
    ['Filters.0.Nam=a', 'UnknownParameter', 'The parameter `Filters.0.Nam` is not recognized.'],
    [
      'Filters=a',
      'InvalidParameter',
      'The value type of parameter `Filters` is not valid, input type should be `array`.',
    ],
    ['Action=a', 'UnknownParameter', 'The parameter `Action` is not recognized.'],
  ] as const)('%s is refused', async ([query, code, message]) => {
    expect(await get(query)).toEqual(failure(code, message));
  });

  test('a query above 32 KB is refused', async () => {
    expect(await get(`By=${'x'.repeat(32 * 1024)}`)).toEqual(
      failure('RequestSizeLimitExceeded', 'The request is larger than 32768 bytes.'),
    );
  });
});

describe('multipart signed with TC3', () => {
  const part = (name: string, value: string, more = '') =>
    `--B\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
  const post = (body: string) =>
    send(signRequest({ key: api.key, action: LIST, host, body, contentType: 'multipart/form-data; boundary=B' }));

  test('texts under plain and dotted names', async () => {
    expect(
      await post(
        `${Object.entries(flat)
          .map(([name, value]) => part(name, value))
          .join('')}--B--\r\n`,
      ),
    ).toMatchObject(found);
  });

  test('a list as JSON, as Python and PHP send it', async () => {
    const json = part('Filters', JSON.stringify(filters), '\r\nContent-Type: application/json');

    expect(await post(`${json}--B--\r\n`)).toMatchObject(found);
  });

  test('a body that is cut off is refused', async () => {
    expect(await post(part('Limit', '1'))).toEqual(
      failure('InvalidRequest', 'The multipart/form-data body is not valid: it is malformed or cut off.'),
    );
  });
});

describe('the older signature', () => {
  const methods = ['GET', 'POST'] as const;
  const signatureMethods = [undefined, 'HmacSHA1', 'HmacSHA256'] as const;
  const cases = methods.flatMap((method) => signatureMethods.map((signatureMethod) => ({ method, signatureMethod })));

  test.for(cases)('$method, $signatureMethod', async ({ method, signatureMethod }) => {
    const options = { method, ...(signatureMethod ? { signatureMethod } : {}), parameters: flat };

    expect(await v1(options)).toMatchObject(found);
    expect(await v1({ ...options, signedHost: new URL(api.url).hostname })).toMatchObject(found);
  });

  test('common parameters are none of the action', async () => {
    const common = { Region: 'ap-bangkok', RequestClient: 'SDK_NODEJS_3.0', Language: 'en-US', Token: '' };

    expect(await v1({ common, parameters: flat })).toMatchObject(found);
  });

  test('messages are in the language of the parameter', async () => {
    const zh = { Code: 'InvalidAction', Message: '服务 `tcss` 版本 `2020-11-01` 中不存在接口 `Nothing`。' };

    for (const method of methods) {
      expect(await v1({ method, action: 'Nothing', common: { Language: 'zh-CN' } })).toMatchObject({ Error: zh });
    }
  });

  test.for(['Action', 'Version', 'Timestamp', 'Nonce', 'SecretId'])('without %s it is refused', async (name) => {
    expect(await v1({ common: { [name]: undefined } })).toEqual(
      failure('MissingParameter', `The request is missing a required parameter \`${name}\`.`),
    );
  });

  test('an unknown SignatureMethod is refused', async () => {
    expect(await v1({ common: { SignatureMethod: 'HmacMD5' } })).toEqual(
      failure(
        'InvalidParameterValue',
        'The value `HmacMD5` of parameter `SignatureMethod` is not valid: it must be one of HmacSHA1, HmacSHA256.',
      ),
    );
  });

  test('a changed parameter, a wrong key, an unknown key and an old timestamp are refused', async () => {
    const request = signV1Request({ key: api.key, action: LIST, host, parameters: { Limit: '1' } });
    const now = Math.floor(Date.now() / 1000);

    expect(await send({ ...request, body: request.body.replace('Limit=1', 'Limit=2') })).toMatchObject({
      Error: { Code: 'AuthFailure.SignatureFailure' },
    });
    expect(await v1({ key: { ...api.key, secretKey: 'wrong' } })).toMatchObject({
      Error: { Code: 'AuthFailure.SignatureFailure' },
    });
    expect(await v1({ key: { ...api.key, secretId: 'AKIDnobody' } })).toMatchObject({
      Error: { Code: 'AuthFailure.SecretIdNotFound' },
    });
    expect(await v1({ timestamp: now - 400 })).toMatchObject({ Error: { Code: 'AuthFailure.SignatureExpire' } });
  });

  test('a form without a signature is refused', async () => {
    const headers = { host, 'content-type': 'application/x-www-form-urlencoded' };

    expect(await send({ method: 'POST', path: '/', headers, body: 'Action=A' })).toEqual(
      failure('AuthFailure.InvalidAuthorization', 'The `Authorization` header is not valid: it is missing.'),
    );
  });

  test('a form above 1 MB is refused', async () => {
    expect(await v1({ parameters: { By: 'x'.repeat(1024 * 1024) } })).toEqual(
      failure('RequestSizeLimitExceeded', 'The request is larger than 1048576 bytes.'),
    );
  });

  test('a form cannot be signed with TC3', async () => {
    const contentType = 'application/x-www-form-urlencoded';

    expect(await send(signRequest({ key: api.key, action: LIST, host, body: 'Limit=1', contentType }))).toMatchObject({
      Error: { Code: 'UnsupportedProtocol' },
    });
  });
});

describe('official SDKs', () => {
  const parameters = { Limit: 10, OnlyShowLatest: true, Filters: filters };

  for (const reqMethod of ['POST', 'GET'] as const) {
    for (const signMethod of ['TC3-HMAC-SHA256', 'HmacSHA256', 'HmacSHA1'] as const) {
      test(`tencentcloud-sdk-nodejs, ${reqMethod}, ${signMethod}`, async () => {
        const httpProfile = { protocol: 'http://', endpoint: host, reqMethod };
        const client = new tcss.v20201101.Client({ credential: api.key, profile: { signMethod, httpProfile } });

        expect(await client.DescribeAssetImageRegistryList(parameters)).toMatchObject(found);
        await expect(client.DescribeAssetImageRegistryList({ Limit: 101 })).rejects.toMatchObject({
          code: 'InvalidParameterValue',
        });
      });

      test(`tencentcloud-sdk-nodejs-common, ${reqMethod}, ${signMethod}`, async () => {
        const httpProfile = { protocol: 'http://', reqMethod };
        const client = new CommonClient(host, '2020-11-01', {
          credential: api.key,
          region: '',
          profile: { signMethod, httpProfile },
        });

        expect(await client.request(LIST, parameters)).toMatchObject(found);
      });

      test(`tencentcloud-sdk-nodejs-intl-en, ${reqMethod}, ${signMethod}`, async () => {
        const sdk = internationalSdk(api.url, api.key, { signMethod, method: reqMethod });

        expect(await sdk.call(LIST, parameters)).toMatchObject(found);
        await expect(sdk.call(LIST, { Limit: 101 })).rejects.toMatchObject({ code: 'InvalidParameterValue' });
      });
    }
  }

  test('tencentcloud-sdk-nodejs-intl-en as it is out of the box', async () => {
    expect(await internationalSdk(api.url, api.key).call(LIST, parameters)).toMatchObject(found);
  });

  test('tencentcloud-sdk-nodejs, multipart', async () => {
    const profile = { httpProfile: { protocol: 'http://', endpoint: host } };
    const client = new tcss.v20201101.Client({ credential: api.key, profile });

    const answer: unknown = await client.request(LIST, { By: 'ScanTime', Limit: '1' }, { multipart: true });

    expect(answer).toMatchObject({ TotalCount: 2 });
  });
});
