import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { openTestStore, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { sampleRegistry } from '../support/sample-images.ts';
import { type RawAnswer, type RequestToSend, sendRequest } from '../support/send-request.ts';
import { type RequestToSign, signRequest } from '../support/sign-request.ts';
import { type ApiKeyPair, startTestApi, type TestApi } from '../support/start-test-api.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const LIST = 'DescribeAssetImageRegistryList';
const STATUS = 'DescribeAssetImageRegistryAssetStatus';
const clock = new Date();
const nowSeconds = Math.floor(clock.getTime() / 1000);

let engine: StoreEngine;
let store: Store;
let api: TestApi;
let host: string;

beforeAll(async () => {
  engine = await sqliteEngine();
  ({ store } = await openTestStore(engine));
  // The clock stands still, so that every difference of times is exact.
  api = await startTestApi(store, { now: () => clock });
  host = new URL(api.url).host;
});
afterAll(async () => {
  await api?.stop();
  await store?.close();
  await engine?.stop();
});

const sign = (overrides: Partial<RequestToSign> = {}) =>
  signRequest({ key: api.key, action: STATUS, body: '{}', host, timestamp: nowSeconds, ...overrides });
const send = (request: RequestToSend) => sendRequest(api.url, request);
const call = async (overrides: Partial<RequestToSign> = {}) => readEnvelope(await send(sign(overrides)));
const callWith = (parameters: unknown, action = LIST) => call({ action, body: JSON.stringify(parameters) });

/** The `Response` of an answer that is, in everything that all answers share, as the contract says. */
function readEnvelope(answer: RawAnswer): Readonly<Record<string, unknown>> {
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json');
  const parsed: unknown = JSON.parse(answer.text);
  expect(parsed).toEqual({ Response: expect.objectContaining({ RequestId: expect.stringMatching(UUID) }) });
  return (parsed as { Response: Record<string, unknown> }).Response;
}

/** The whole of a failed answer. */
const failure = (Code: string, Message: string) => ({ Error: { Code, Message }, RequestId: expect.any(String) });

const signatureFailure = failure(
  'AuthFailure.SignatureFailure',
  'The provided credentials could not be validated. Please check your signature is correct.',
);

describe('an answer', () => {
  test('that succeeds has its fields and a RequestId, and no member Error', async () => {
    const response = await call();

    expect(response).toEqual({
      Status: 'success',
      Err: '',
      LatestSyncSuccessTime: '',
      RequestId: expect.any(String),
    });
  });

  test('has another RequestId each time', async () => {
    const first = await call();
    const second = await call();

    expect(first.RequestId).not.toBe(second.RequestId);
  });

  test('gives the trace id back', async () => {
    const trace = '0b5b1a5f-8e1c-4f0e-9d6c-6a1f6c1f7a10';

    const good = await send(sign({ headers: { 'x-tc-traceid': trace } }));
    const bad = await send(sign({ action: 'Nothing', headers: { 'x-tc-traceid': trace } }));

    expect([good.headers['x-tc-traceid'], bad.headers['x-tc-traceid']]).toEqual([trace, trace]);
  });

  test('leaves out a trace id that is none', async () => {
    const answer = await send(sign({ headers: { 'x-tc-traceid': '<script>' } }));

    expect(answer.headers['x-tc-traceid']).toBeUndefined();
  });

  test('is in Chinese where X-TC-Language asks for it', async () => {
    const headers = { 'x-tc-language': 'zh-CN' };

    expect(await call({ action: 'Nothing', headers })).toEqual(
      failure('InvalidAction', '服务 `tcss` 版本 `2020-11-01` 中不存在接口 `Nothing`。'),
    );
    expect(await call({ timestamp: nowSeconds - 301, headers })).toEqual(
      failure(
        'AuthFailure.SignatureExpire',
        '签名过期：`X-TC-Timestamp` 与服务器时间相差 301 秒，不得超过五分钟，请检查本机时间。',
      ),
    );
    expect(await call({ body: '[]', headers })).toEqual(
      failure('InvalidParameter', '对于指定content-type=application/json协议下，请求内容不是合法的Json格式。'),
    );
    expect(readEnvelope(await send({ ...sign({ headers }), method: 'PUT' }))).toEqual(
      failure(
        'UnsupportedProtocol',
        '不支持该请求方式：请求方法 `PUT`。请使用 GET，或 POST 的 application/json、multipart/form-data（TC3-HMAC-SHA256 签名），或 application/x-www-form-urlencoded（HmacSHA1、HmacSHA256 签名）。',
      ),
    );
    const { authorization: _, ...unsigned } = sign({ headers }).headers;
    expect(readEnvelope(await send({ ...sign(), headers: unsigned }))).toEqual(
      failure('AuthFailure.InvalidAuthorization', '请求头部的 `Authorization` 不符合腾讯云标准：缺少该请求头。'),
    );
  });

  test('is in English for any other language', async () => {
    for (const language of ['en-US', '', 'de-DE']) {
      const response = await call({ action: 'Nothing', headers: { 'x-tc-language': language } });

      expect(response).toMatchObject({ Error: { Message: expect.stringMatching(/^The request action/) } });
    }
  });

  test('to an SDK that asks for Chinese carries its trace id in the error', async () => {
    const error: unknown = await api.sdk.DescribeAssetImageRegistryDetail({ Id: 1 }).catch((reason: unknown) => reason);

    expect(error).toMatchObject({
      code: 'ResourceNotFound',
      message: 'No such image: take Id from DescribeAssetImageRegistryList.',
      requestId: expect.stringMatching(UUID),
      traceId: expect.stringMatching(UUID),
    });
  });
});

describe('a signature is accepted', () => {
  const spellings: Readonly<Record<string, () => Partial<RequestToSign>>> = {
    'of the Node SDK: host without its port, service from the endpoint': () => ({
      signedHost: new URL(api.url).hostname,
      service: '127',
    }),
    'with the service localhost:9000': () => ({ signedHost: new URL(api.url).hostname, service: 'localhost:9000' }),
    'of Go, Python, Java and PHP: host with its port': () => ({ signedHost: host }),
    'of tccli: a Host header with a scheme': () => ({ host: `http://${host}`, signedHost: `http://${host}` }),
    'of a host in capitals': () => ({ host: host.replace('127.0.0.1', 'LOCALHOST'), signedHost: 'localhost' }),
    'over content-type, host and x-tc-action': () => ({ signedHeaders: ['content-type', 'host', 'x-tc-action'] }),
    'over more headers than it must': () => ({
      signedHeaders: ['content-type', 'host', 'x-tc-action', 'x-tc-timestamp', 'x-tc-version'],
    }),
    'over a content type with a charset': () => ({ contentType: 'application/json; charset=utf-8' }),
    'over JSON as Python writes it': () => ({ body: '{ }' }),
    'over an unsigned payload': () => ({ unsignedPayload: true }),
    'over an empty body, which means no parameters': () => ({ body: '' }),
    'that is five minutes old': () => ({ timestamp: nowSeconds - 300 }),
    'that is five minutes early': () => ({ timestamp: nowSeconds + 300 }),
    'with a query, which a POST does not sign': () => ({ query: 'a=b' }),
    'with the headers of SDKs that mean nothing here': () => ({
      headers: { 'x-tc-region': '', 'x-tc-token': '', 'x-tc-language': '', 'x-tc-requestclient': 'SDK_PYTHON_3' },
    }),
  };

  test.for(Object.keys(spellings))('%s', async (name) => {
    const response = await call(spellings[name]?.());

    expect(response).toMatchObject({ Status: 'success' });
  });

  test('over non-ASCII JSON as it is and as Python escapes it', async () => {
    const name = '未命名';
    const escaped = [...name].map((character) => `\\u${character.charCodeAt(0).toString(16)}`).join('');

    for (const value of [name, escaped]) {
      const body = `{"Limit": 1, "Filters": [{"Values": ["${value}"], "Name": "ImageName"}]}`;
      expect(await call({ action: LIST, body })).toMatchObject({ TotalCount: 0, List: [] });
    }
  });
});

describe('who asks', () => {
  test('an unknown SecretId is refused', async () => {
    expect(await call({ key: { ...api.key, secretId: 'AKIDunknown' } })).toEqual(
      failure(
        'AuthFailure.SecretIdNotFound',
        'The SecretId is not found, please ensure that your SecretId is correct.',
      ),
    );
  });

  test('a wrong SecretKey is refused', async () => {
    expect(await call({ key: { ...api.key, secretKey: 'wrong' } })).toEqual(signatureFailure);
  });

  test('a changed signature is refused', async () => {
    const request = sign();
    const authorization = request.headers.authorization ?? '';
    const changed = authorization.slice(0, -1) + (authorization.endsWith('0') ? '1' : '0');

    const answer = await send({ ...request, headers: { ...request.headers, authorization: changed } });

    expect(readEnvelope(answer)).toEqual(signatureFailure);
  });

  test('a changed body is refused', async () => {
    expect(readEnvelope(await send({ ...sign({ body: '{}' }), body: '{ }' }))).toEqual(signatureFailure);
  });

  test('a changed header that was signed is refused', async () => {
    const request = sign({ signedHeaders: ['content-type', 'host', 'x-tc-action'] });

    const answer = await send({ ...request, headers: { ...request.headers, 'x-tc-action': LIST } });

    expect(readEnvelope(answer)).toEqual(signatureFailure);
  });

  test('another host is refused', async () => {
    expect(await call({ signedHost: 'tcss.tencentcloudapi.com' })).toEqual(signatureFailure);
  });

  test('an old timestamp is refused, and told by how much', async () => {
    expect(await call({ timestamp: nowSeconds - 301 })).toEqual(
      failure(
        'AuthFailure.SignatureExpire',
        'The signature has expired: `X-TC-Timestamp` differs from the time of this server by 301 seconds; at most 300 are allowed. Set the clock.',
      ),
    );
  });

  test('a timestamp in the future is refused alike', async () => {
    expect(await call({ timestamp: nowSeconds + 3600 })).toEqual(
      failure(
        'AuthFailure.SignatureExpire',
        'The signature has expired: `X-TC-Timestamp` differs from the time of this server by 3600 seconds; at most 300 are allowed. Set the clock.',
      ),
    );
  });

  test('a timestamp that is not a number is refused', async () => {
    const request = sign();

    const answer = await send({ ...request, headers: { ...request.headers, 'x-tc-timestamp': 'today' } });

    expect(readEnvelope(answer)).toEqual(
      failure(
        'InvalidParameter',
        'The value type of parameter `Timestamp` is not valid, input type should be `integer`.',
      ),
    );
  });

  test('a scope whose date is not that of the timestamp is refused, though it is signed', async () => {
    expect(await call({ date: '2020-01-01' })).toEqual(signatureFailure);
  });

  test('a revoked key is unknown', async () => {
    const key = await api.createKey('admin');
    expect(await call({ key })).toMatchObject({ Status: 'success' });

    await store.keys.revoke(key.secretId);

    expect(await call({ key })).toMatchObject({ Error: { Code: 'AuthFailure.SecretIdNotFound' } });
  });

  const malformed = {
    'another scheme': 'Basic dXNlcjpwYXNz',
    'no signature at all': 'SKIP',
    'another algorithm':
      'TC3-HMAC-SHA512 Credential=a/2020-01-01/tcss/tc3_request, SignedHeaders=content-type;host, Signature=00',
    'a signature that is too short':
      'TC3-HMAC-SHA256 Credential=a/2020-01-01/tcss/tc3_request, SignedHeaders=content-type;host, Signature=00',
    'a scope without a date': `TC3-HMAC-SHA256 Credential=a/tcss/tc3_request, SignedHeaders=content-type;host, Signature=${'0'.repeat(64)}`,
  };
  test.for(Object.entries(malformed))('a malformed Authorization is refused: %s', async ([, authorization]) => {
    const request = sign();

    const answer = await send({ ...request, headers: { ...request.headers, authorization } });

    expect(readEnvelope(answer)).toEqual(
      failure(
        'AuthFailure.InvalidAuthorization',
        'The `Authorization` header is not valid: it must read TC3-HMAC-SHA256 Credential=<SecretId>/<date>/<service>/tc3_request, SignedHeaders=<names>, Signature=<64 hex digits>.',
      ),
    );
  });

  test.for(['content-type', 'host'])('a signature that leaves %s out is refused', async (name) => {
    const signedHeaders = ['content-type', 'host', 'x-tc-action'].filter((each) => each !== name);

    expect(await call({ signedHeaders })).toEqual(
      failure(
        'AuthFailure.InvalidAuthorization',
        `The \`Authorization\` header is not valid: SignedHeaders must contain ${name}.`,
      ),
    );
  });
});

describe('what is asked', () => {
  const missing = { 'x-tc-action': 'Action', 'x-tc-version': 'Version', 'x-tc-timestamp': 'Timestamp' };
  test.for(Object.entries(missing))('a request without %s is refused', async ([header, parameter]) => {
    const request = sign();

    const answer = await send({ ...request, headers: { ...request.headers, [header]: undefined } });

    expect(readEnvelope(answer)).toEqual(
      failure('MissingParameter', `The request is missing a required parameter \`${parameter}\`.`),
    );
  });

  test('a request without Authorization is refused', async () => {
    const request = sign();

    const answer = await send({ ...request, headers: { ...request.headers, authorization: undefined } });

    expect(readEnvelope(answer)).toEqual(
      failure('AuthFailure.InvalidAuthorization', 'The `Authorization` header is not valid: it is missing.'),
    );
  });

  test('an unknown action is named', async () => {
    expect(await call({ action: 'DescribeNothing' })).toEqual(
      failure(
        'InvalidAction',
        'The request action=`DescribeNothing` is invalid or not found in service=`tcss` and version=`2020-11-01`.',
      ),
    );
  });

  test('an action is not found under the name of something that every object has', async () => {
    expect(await call({ action: 'constructor' })).toMatchObject({ Error: { Code: 'InvalidAction' } });
  });

  test('an unknown version is named', async () => {
    expect(await call({ version: '2019-07-22' })).toEqual(
      failure('NoSuchVersion', 'The specified api version=`2019-07-22` does not exist in service=`tcss`.'),
    );
  });

  test('a text of the client comes back neither long nor with backticks', async () => {
    const name = `a\`b${'c'.repeat(1000)}`;
    const shown = `a'b${'c'.repeat(97)}`;

    const answers = [
      await call({ action: name }),
      await call({ version: name }),
      await callWith({ [name]: 1 }),
      await callWith({ Filters: [{ Name: name, Values: [] }] }),
      await callWith({ By: name }),
    ];

    for (const answer of answers) {
      expect(answer).toMatchObject({ Error: { Message: expect.stringContaining(`\`${shown}\``) } });
    }
  });

  test.for([
    ['{"Limit":', 'JSON that breaks off'],
    ['[]', 'an array'],
    ['null', 'null'],
    ['"text"', 'a string'],
    ['Limit=1', 'a form'],
    ['\u0000', 'a NUL'],
  ] as const)('a body that is %s is refused', async ([body]) => {
    expect(await call({ body })).toEqual(
      failure('InvalidParameter', 'The request body is not valid JSON, as its content type application/json says.'),
    );
  });

  test('a body that is not UTF-8 is refused', async () => {
    const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    const request = sign({ unsignedPayload: true });

    expect(readEnvelope(await send({ ...request, body }))).toMatchObject({ Error: { Code: 'InvalidParameter' } });
  });
});

describe('parameters', () => {
  const filter = { Name: 'ImageName', Values: ['a'] };
  const known =
    'IsAuthorized, ScanStatus, CveStatus, VirusStatus, RiskStatus, ImageName, Namespace, ImageRepoAddress, ImageTag, ImageDigest, ImageId, InstanceName, InstanceId, RegistryType, RegistryRegion, OsName, Id, ImageAssetIds, OnlyShowLatest, IsLatestImage, IsTrustImage, IsRunning, HasNeedFixVul, RecommendedFix, SecurityRisk, ComponentName, ComponentVersion';
  const faults: readonly (readonly [string, unknown, string, string])[] = [
    ['an unknown one', { Limits: 1 }, 'UnknownParameter', 'The parameter `Limits` is not recognized.'],
    [
      'an unknown one beside a missing one',
      { Filters: [{ Nam: 'ImageName', Values: [] }] },
      'UnknownParameter',
      'The parameter `Filters.0.Nam` is not recognized.',
    ],
    [
      'an unknown one inside',
      { Filters: [filter, { ...filter, Exact: true }] },
      'UnknownParameter',
      'The parameter `Filters.1.Exact` is not recognized.',
    ],
    ['__proto__', '{"__proto__":1}', 'UnknownParameter', 'The parameter `__proto__` is not recognized.'],
    [
      'a missing one inside',
      { Filters: [{ Values: ['a'] }] },
      'MissingParameter',
      'The request is missing a required parameter `Filters.0.Name`.',
    ],
    [
      'a null where one is required',
      { Filters: [{ Name: null, Values: ['a'] }] },
      'MissingParameter',
      'The request is missing a required parameter `Filters.0.Name`.',
    ],
    [
      'a text for an integer',
      { Limit: 'ten' },
      'InvalidParameter',
      'The value type of parameter `Limit` is not valid, input type should be `integer`.',
    ],
    [
      'a fraction for an integer',
      { Limit: 1.5 },
      'InvalidParameter',
      'The value type of parameter `Limit` is not valid, input type should be `integer`.',
    ],
    [
      'a boolean for an integer',
      { Limit: true },
      'InvalidParameter',
      'The value type of parameter `Limit` is not valid, input type should be `integer`.',
    ],
    ['a negative Offset', { Offset: -1 }, 'InvalidParameter', 'The value type of parameter `Offset` is not valid.'],
    [
      'a negative Limit in a text',
      { Limit: '-1' },
      'InvalidParameter',
      'The value type of parameter `Limit` is not valid.',
    ],
    [
      'a number for a text',
      { By: 5 },
      'InvalidParameter',
      'The value type of parameter `By` is not valid, input type should be `string`.',
    ],
    [
      'a number among texts',
      { Filters: [{ Name: 'ImageName', Values: ['a', 5] }] },
      'InvalidParameter',
      'The value type of parameter `Filters.0.Values.1` is not valid, input type should be `string`.',
    ],
    [
      'a text with a NUL, which no database keeps',
      { Filters: [{ Name: 'ImageName', Values: ['a\u0000'] }] },
      'InvalidParameter',
      'The value type of parameter `Filters.0.Values.0` is not valid, input type should be `string without NUL`.',
    ],
    [
      'a text for a boolean',
      { OnlyShowLatest: 'yes' },
      'InvalidParameter',
      'The value type of parameter `OnlyShowLatest` is not valid, input type should be `boolean`.',
    ],
    [
      'an object for a list',
      { Filters: filter },
      'InvalidParameter',
      'The value type of parameter `Filters` is not valid, input type should be `array`.',
    ],
    [
      'a text for an object',
      { Filters: ['ImageName'] },
      'InvalidParameter',
      'The value type of parameter `Filters.0` is not valid, input type should be `object`.',
    ],
    [
      'a text that is too long',
      { By: 'x'.repeat(10_001) },
      'InvalidParameterValue.LengthLimit',
      'The parameter `By` is too long: at most 10000 characters are allowed.',
    ],
    [
      'a list that is too long',
      { Filters: Array.from({ length: 51 }, () => filter) },
      'InvalidParameterValue.LengthLimit',
      'The parameter `Filters` is too long: at most 50 entries are allowed.',
    ],
    [
      'more rows than a page may have',
      { Limit: 101 },
      'InvalidParameterValue',
      'The value `101` of parameter `Limit` is not valid: it must be between 0 and 100.',
    ],
    [
      'an unknown order',
      { Order: 'up' },
      'InvalidParameterValue',
      'The value `up` of parameter `Order` is not valid: it must be asc or desc.',
    ],
    [
      'an order by the name of something that every object has',
      { Order: 'constructor' },
      'InvalidParameterValue',
      'The value `constructor` of parameter `Order` is not valid: it must be asc or desc.',
    ],
    [
      'an unknown sort key',
      { By: 'Size' },
      'InvalidParameter',
      'The sort key `Size` is not known. Known keys: ScanTime, VirusCount, VirusCnt, SensitiveCount, SensitiveInfoCnt, SentiveInfoCnt, ImageCreateTime, ContainerCount, ContainerCnt, VulCount, VulCnt, CriticalLevelVulCnt, HighLevelVulCnt, RiskCount, RiskCnt, ImageSize, ComponentCount, ComponentCnt, Id.',
    ],
    [
      'an unknown filter',
      { Filters: [{ Name: 'imagename', Values: ['a'] }] },
      'InvalidParameter',
      `The filter \`imagename\` is not known. Known filters: ${known}.`,
    ],
    [
      'an unknown filter, even where it asks for all',
      { Filters: [{ Name: 'toString', Values: ['all'] }] },
      'InvalidParameter',
      `The filter \`toString\` is not known. Known filters: ${known}.`,
    ],
    [
      'an unknown value of a filter',
      { Filters: [{ Name: 'IsAuthorized', Values: ['2'] }] },
      'InvalidParameter',
      'The value `2` of filter `IsAuthorized` is not known. Known values: 0, 1, false, true.',
    ],
    [
      'an id that is none in a filter',
      { Filters: [{ Name: 'ImageAssetIds', Values: ['5', 'x'] }] },
      'InvalidParameter',
      'The value `x` of filter `ImageAssetIds` is not known. Known values: decimal digits.',
    ],
    [
      'more texts to search for than is sensible',
      { Filters: [{ Name: 'ImageTag', Values: Array.from({ length: 101 }, (_, i) => `v${i}`) }] },
      'InvalidParameterValue.LengthLimit',
      'The filter `ImageTag` has too many values: at most 100 can be searched for at once. ExactMatch=true takes more.',
    ],
  ];

  test.for(faults)('%s is refused by name', async ([, parameters, code, message]) => {
    const body = typeof parameters === 'string' ? parameters : JSON.stringify(parameters);

    expect(await call({ action: LIST, body })).toEqual(failure(code, message));
  });

  const required = ['Name', 'Username', 'Password', 'Url', 'RegistryType', 'NetType'];
  test.for(required)('a registry without %s is refused', async (name) => {
    const complete = Object.fromEntries(required.map((each) => [each, 'x']));

    expect(await callWith({ ...complete, [name]: undefined }, 'AddAssetImageRegistryRegistryDetail')).toEqual(
      failure('MissingParameter', `The request is missing a required parameter \`${name}\`.`),
    );
  });

  test('null means absent, in objects and in lists', async () => {
    const parameters = {
      Limit: null,
      Filters: [null, { Name: 'ImageName', Values: [null], ExactMatch: null }],
      By: null,
    };

    expect(await callWith(parameters)).toMatchObject({ TotalCount: 0, List: [] });
  });

  test('integers may be decimal digits and booleans words', async () => {
    const parameters = { Limit: '1', Offset: '0', OnlyShowLatest: 'true', IsRunning: 'false' };

    expect(await callWith(parameters)).toMatchObject({ TotalCount: 0, List: [] });
  });

  test('an integer beyond 2^53 is nothing that exists', async () => {
    for (const id of ['9007199254740993', '18446744073709551615']) {
      expect(await call({ action: 'DescribeAssetImageRegistryDetail', body: `{"Id":${id}}` })).toEqual(
        failure('ResourceNotFound', 'No such image: take Id from DescribeAssetImageRegistryList.'),
      );
    }
  });

  test('JSON that is nested without end is refused and does no harm', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);

    const response = await call({ action: LIST, body: `{"Filters":${deep}}` });

    expect(response).toEqual(
      failure(
        'InvalidParameter',
        'The value type of parameter `Filters.0` is not valid, input type should be `object`.',
      ),
    );
  });
});

describe('how it is sent', () => {
  const advice =
    'Send GET, or POST with content type application/json or multipart/form-data, signed with TC3-HMAC-SHA256; or GET, or POST with application/x-www-form-urlencoded, signed with HmacSHA1 or HmacSHA256.';
  const refused = (what: string) => failure('UnsupportedProtocol', `The request is not supported: ${what}. ${advice}`);

  test.for(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'])('%s is refused', async (method) => {
    expect(readEnvelope(await send({ ...sign({ method }), body: '' }))).toEqual(refused(`method \`${method}\``));
  });

  test('HEAD is refused without a body', async () => {
    const answer = await send({ ...sign({ method: 'HEAD' }), body: '' });

    expect(answer).toMatchObject({ status: 200, text: '' });
  });

  test.for(['application/x-www-form-urlencoded', 'text/plain', 'application/json5', 'nonsense'])(
    'content type %s is refused',
    async (contentType) => {
      const [type = ''] = contentType.split(';');

      expect(await call({ contentType })).toEqual(refused(`content type \`${type}\``));
    },
  );

  test('no content type is refused', async () => {
    const request = sign();

    const answer = await send({ ...request, headers: { ...request.headers, 'content-type': undefined } });

    expect(readEnvelope(answer)).toEqual(refused('no content type'));
  });

  test('a content type that cannot be read never drops the body in silence', async () => {
    const body = JSON.stringify({ Limit: 101 });
    const request = sign({ action: LIST, body, contentType: 'application/json; ;=', unsignedPayload: true });

    expect(readEnvelope(await send(request))).toMatchObject({ Error: { Code: expect.any(String) } });
  });

  test('a body above 10 MB is refused, one of 10 MB is not', async () => {
    const body = (bytes: number) => `{"Limits":"${'x'.repeat(bytes - 13)}"}`;
    const limit = 10 * 1024 * 1024;

    expect(await call({ body: body(limit) })).toMatchObject({ Error: { Code: 'UnknownParameter' } });
    for (const bytes of [limit + 1, limit + 100_000]) {
      expect(await call({ body: body(bytes) })).toEqual(
        failure('RequestSizeLimitExceeded', 'The request is larger than 10485760 bytes.'),
      );
    }
  });

  test('a body without a length is limited alike', async () => {
    const request = sign({ body: '' });
    const headers = { ...request.headers, 'transfer-encoding': 'chunked' };

    const answer = await send({ ...request, headers, body: Buffer.alloc(11 * 1024 * 1024, ' ') });

    expect(readEnvelope(answer)).toMatchObject({ Error: { Code: 'RequestSizeLimitExceeded' } });
  });

  test('another path is not the API', async () => {
    const answer = await send({ ...sign(), path: '/v2/' });

    expect(answer.status).toBe(404);
  });
});

describe('a reader key', () => {
  let reader: ApiKeyPair;
  beforeAll(async () => {
    reader = await api.createKey('reader');
  });

  test('may read', async () => {
    expect(await call({ key: reader })).toMatchObject({ Status: 'success' });
  });

  test.for([
    'AddAssetImageRegistryRegistryDetail',
    'CreateAssetImageRegistryScanTask',
    'ModifyAssetImageRegistryScanStop',
    'ModifyImageAuthorized',
    'RemoveAssetImageRegistryRegistryDetail',
    'SyncAssetImageRegistryAsset',
  ])('may not call %s', async (action) => {
    expect(await call({ key: reader, action })).toEqual(
      failure(
        'UnauthorizedOperation',
        `This key may only read: it is not allowed to call \`${action}\`. Use an admin key.`,
      ),
    );
  });

  test('cannot remove a registry', async () => {
    const { id } = await store.registries.add(sampleRegistry('kept'));

    await call({
      key: reader,
      action: 'RemoveAssetImageRegistryRegistryDetail',
      body: JSON.stringify({ RegistryId: id }),
    });

    expect(await store.registries.get(id)).toBeDefined();
  });
});

describe('the rate limit', () => {
  let limited: TestApi;
  beforeAll(async () => {
    limited = await startTestApi(store, { rateLimit: 20, now: () => clock });
  });
  afterAll(() => limited?.stop());
  const ask = async (key: ApiKeyPair, action = STATUS) => {
    const request = signRequest({ key, action, body: '{}', host: new URL(limited.url).host, timestamp: nowSeconds });
    return readEnvelope(await sendRequest(limited.url, request));
  };

  // The limiter's second does not pass by itself. The sockets below have timers of their own.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('refuses the 21st call of one action by one key in a second, in words that clients parse', async () => {
    const answers = [];
    for (let i = 0; i < 21; i++) answers.push(await ask(limited.key));

    expect(answers.filter((answer) => !('Error' in answer))).toHaveLength(20);
    expect(answers[20]).toEqual(
      failure(
        'RequestLimitExceeded',
        'Your current request times equals to `21` in a second, which exceeds the frequency limit `20` for a second. Please reduce the frequency of calls.',
      ),
    );
  });

  test('is over after a second', async () => {
    const key = await limited.createKey('reader');
    for (let i = 0; i < 21; i++) await ask(key);

    await vi.advanceTimersByTimeAsync(1_000);

    expect(await ask(key)).not.toHaveProperty('Error');
  });

  test('leaves other actions and other keys alone', async () => {
    const key = await limited.createKey('reader');
    for (let i = 0; i < 21; i++) await ask(key);

    const otherAction = await ask(key, LIST);
    const otherKey = await ask(await limited.createKey('reader'));

    expect(otherAction).not.toHaveProperty('Error');
    expect(otherKey).not.toHaveProperty('Error');
  });
});
