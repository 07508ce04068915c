import { readFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actions } from '../../src/api/actions/index.ts';
import type { Store } from '../../src/store/store.ts';
import { openTestStore, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { type Parameter, type ParameterType, parametersOf } from '../support/parameters-of.ts';
import { seedEveryKind } from '../support/seed-every-kind.ts';
import { type RequestToSend, sendRequest } from '../support/send-request.ts';
import { type RequestToSign, signRequest } from '../support/sign-request.ts';
import { signV1Request, type V1RequestToSign } from '../support/sign-v1-request.ts';
import { startTestApi, type TestApi } from '../support/start-test-api.ts';

/** Requests in all; a failure prints the seed and the path that repeat it. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 10_000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_201_101);
const share = (part: number) => ({ numRuns: Math.max(1, Math.ceil(RUNS * part)), seed: SEED });
/** Of a run by hand of more than 10,000. */
const timeout = Math.max(300_000, RUNS * 30);

const agent = new Agent({ keepAlive: true });
let documented: ReadonlySet<string>;
let engine: StoreEngine;
let store: Store;
let api: TestApi;
let host: string;

beforeAll(async () => {
  const source = await readFile(new URL('../../src/api/protocol/errors.ts', import.meta.url), 'utf8');
  const codes = [...source.matchAll(/'([A-Z][A-Za-z]+(?:\.[A-Za-z]+)?)',/g)].map(([, code = '']) => code);
  documented = new Set(codes.filter((code) => code !== 'InternalError'));
  engine = await sqliteEngine();
  const opened = await openTestStore(engine);
  ({ store } = opened);
  opened.clock.now = new Date();
  await seedEveryKind(store, opened.url);
  api = await startTestApi(store);
  ({ host } = new URL(api.url));
});
afterAll(async () => {
  agent.destroy();
  await api?.stop();
  await store?.close();
  await engine?.stop();
});

/** Sends it, and checks what every answer of the API must be. Returns the error's code; `ok` without one. */
async function answerTo(request: RequestToSend): Promise<string> {
  const { status, headers, text } = await sendRequest(api.url, request, agent);
  const body: unknown = JSON.parse(text);
  expect({ status, type: headers['content-type'], body }).toEqual({
    status: 200,
    type: 'application/json',
    body: { Response: expect.objectContaining({ RequestId: expect.stringMatching(/^[\da-f-]{36}$/) }) },
  });
  const { Error: error } = (body as { readonly Response: { readonly Error?: { readonly Code: string } } }).Response;
  if (error === undefined) return 'ok';
  expect(error).toEqual({ Code: expect.any(String), Message: expect.stringMatching(/./) });
  expect(documented).toContain(error.Code);
  return error.Code;
}

const stillAnswers = async () =>
  expect((await api.sdk.DescribeAssetImageRegistryList({ Limit: 1 })).RequestId).toEqual(expect.any(String));

// What is sent: names of the schemas, with values that sometimes mean something.

const nasty = [
  '',
  ' ',
  '0',
  '-1',
  '1',
  '2',
  '10',
  '99999999999999999999',
  'true',
  'all',
  'v1',
  '2026-01-01',
  '%',
  '_',
  '\\',
];
const hostile = ["' or 1=1 --", '"}', '\0', '\u{1f4a9}', '\ud800', '__proto__', 'constructor', '../..', '=1+1', '漢字'];
const words = [
  'asc',
  'desc',
  'Id',
  'ImageName',
  'ImageTag',
  'Level',
  'CVEID',
  'Status',
  'CVE',
  'docker',
  'public',
  'csv',
];
const text = fc.oneof(
  fc.constantFrom(...nasty, ...hostile, ...words),
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const number = fc.oneof(
  fc.integer({ min: 0, max: 12 }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(1e300, -0, 0.5, 2 ** 53, -(2 ** 63)),
);
const anything = fc.anything({
  maxDepth: 3,
  maxKeys: 4,
  key: text,
  values: [text, number, fc.boolean(), fc.constant(null)],
});

function scalarOf(scalar: 'text' | 'integer' | 'boolean'): fc.Arbitrary<unknown> {
  if (scalar === 'text') return text;
  return scalar === 'integer'
    ? fc.oneof(number, fc.constantFrom('1', '07', '-3'))
    : fc.constantFrom(true, false, 'True', '0');
}

function valueFor(type: ParameterType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'scalar':
      return scalarOf(type.scalar);
    case 'list':
      return fc.array(valueFor(type.item), { maxLength: 4 });
    case 'object':
      return membersOf(type.members);
  }
}

/** Mostly what the schema wants; sometimes of another type, sometimes absent. */
function membersOf(members: readonly Parameter[]): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const model = Object.fromEntries(
    members.map(({ name, type, required }): [string, fc.Arbitrary<unknown>] => {
      const value = fc.oneof({ weight: 30, arbitrary: valueFor(type) }, { weight: 1, arbitrary: anything });
      return [name, required ? value : fc.option(value, { nil: undefined, freq: 1 })];
    }),
  );
  const surplus = fc.oneof(
    { weight: 30, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.dictionary(text, anything) },
  );
  return fc.tuple(fc.record(model), surplus).map(([known, unknown]) => ({ ...unknown, ...known }));
}

interface Question {
  readonly action: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

const questionsOf = (asked: readonly (typeof actions)[number][]): fc.Arbitrary<Question> => {
  const known = asked.map(({ name, input }) =>
    fc.record({ action: fc.constant(name), parameters: membersOf(parametersOf(input)) }),
  );
  const other = fc.record({ action: headerText(), parameters: fc.dictionary(text, anything, { maxKeys: 5 }) });
  return fc.oneof({ weight: 30, arbitrary: fc.oneof(...known) }, { weight: 1, arbitrary: other });
};

/** What a header may hold without breaking HTTP. */
function headerText(): fc.Arbitrary<string> {
  return fc
    .oneof(fc.string({ maxLength: 40 }), fc.constantFrom('x', 'Describe', '0', '-'))
    .map((value) => value.trim() || 'x');
}

// How it is sent.

const encodings = ['json', 'get', 'multipart', 'form', 'form-sha256', 'get-v1'] as const;
type Encoding = (typeof encodings)[number];

function send(
  { action, parameters }: Question,
  encoding: Encoding,
  overrides: Partial<RequestToSign> = {},
): RequestToSend {
  const pairs = flatten(parameters);
  const signed = { key: api.key, action, host };
  switch (encoding) {
    case 'json':
      return signRequest({ ...signed, body: JSON.stringify(parameters), ...overrides });
    case 'get':
      return signRequest({
        ...signed,
        body: '',
        method: 'GET',
        query: new URLSearchParams(pairs).toString(),
        ...overrides,
      });
    case 'multipart':
      return signRequest({
        ...signed,
        body: [...pairs.map(toPart), '--edge--\r\n'].join(''),
        contentType: 'multipart/form-data; boundary=edge',
        ...overrides,
      });
    default:
      return signV1Request({
        ...signed,
        parameters: Object.fromEntries(pairs),
        method: encoding === 'get-v1' ? 'GET' : 'POST',
        ...(encoding === 'form-sha256' ? { signatureMethod: 'HmacSHA256' } : {}),
      });
  }
}

const toPart = ([name, value]: readonly [string, string]) =>
  `--edge\r\nContent-Disposition: form-data; name="${encodeURIComponent(name)}"\r\n\r\n${value}\r\n`;

/** `Filters.0.Name`, as the SDKs write it. */
function flatten(value: unknown, place: readonly string[] = []): [string, string][] {
  if (typeof value !== 'object' || value === null) {
    return value === undefined ? [] : [[place.join('.'), String(value).toWellFormed()]];
  }
  return Object.entries(value).flatMap(([name, member]) => flatten(member, [...place, name.toWellFormed()]));
}

const reading = actions.filter(({ writes }) => !writes);
const writing = actions.filter(({ writes }) => writes);

describe('whatever is asked is answered with HTTP 200, JSON, a RequestId, and data or a documented code', () => {
  test.for([
    ['reading', reading, 0.4],
    ['writing', writing, 0.15],
  ] as const)('%s actions, in every encoding', { timeout }, async ([, asked, part]) => {
    const codes = new Map<string, number>();

    await fc.assert(
      fc.asyncProperty(questionsOf(asked), fc.constantFrom(...encodings), async (question, encoding) => {
        const code = await answerTo(send(question, encoding));
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }),
      share(part),
    );

    await stillAnswers();
    if (process.env.FUZZ_CODES) console.info(Object.fromEntries(codes));
  });

  test('bodies of random bytes, cut off or spoilt', { timeout }, async () => {
    const spoil = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => () => Buffer.from(bytes)),
      fc
        .double({ min: 0, max: 1, noNaN: true })
        .map((at) => (body: Buffer) => body.subarray(0, Math.floor(at * body.length))),
      fc.tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 5 })).map(([at, bytes]) => (body: Buffer) => {
        const start = at % (body.length + 1);
        return Buffer.concat([body.subarray(0, start), bytes, body.subarray(start + bytes.length)]);
      }),
    );

    await fc.assert(
      fc.asyncProperty(
        questionsOf(reading),
        fc.constantFrom('json', 'multipart', 'form'),
        fc.boolean(),
        spoil,
        async (question, encoding, unsignedPayload, change) => {
          // Unsigned, so that the bytes reach what reads them.
          const request = send(question, encoding, { unsignedPayload });
          await answerTo({ ...request, body: change(Buffer.from(request.body)) });
        },
      ),
      share(0.15),
    );

    await stillAnswers();
  });

  test('random headers, methods and queries', { timeout }, async () => {
    const names = [
      'accept',
      'accept-encoding',
      'authorization',
      'content-encoding',
      'content-type',
      'forwarded',
      'host',
      'range',
      'x-forwarded-host',
      'x-forwarded-proto',
      'x-tc-action',
      'x-tc-content-sha256',
      'x-tc-language',
      'x-tc-timestamp',
      'x-tc-token',
      'x-tc-traceid',
      'x-tc-version',
    ];
    const value = fc.oneof(
      headerText().map((each) => each.replaceAll(/[^\x20-\x7e]/g, '?')),
      fc.constantFrom(
        'application/json',
        'multipart/form-data',
        'multipart/form-data; boundary=',
        '2020-11-01',
        'zh-CN',
      ),
      fc.constantFrom(
        'TC3-HMAC-SHA256 Credential=a/2026-01-01/tcss/tc3_request, SignedHeaders=content-type;host, Signature=0',
      ),
    );
    const headers = fc.dictionary(fc.constantFrom(...names), fc.option(value, { nil: undefined, freq: 8 }), {
      maxKeys: 4,
    });
    const method = fc.constantFrom('POST', 'POST', 'GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND');
    const query = fc.oneof(
      fc.constant(''),
      fc.webQueryParameters().map((each) => `?${each}`),
    );

    await fc.assert(
      fc.asyncProperty(
        questionsOf(reading),
        fc.constantFrom(...encodings),
        headers,
        fc.option(method, { nil: undefined }),
        fc.option(query, { nil: undefined }),
        async (question, encoding, changed, otherMethod, otherQuery) => {
          const request = send(question, encoding);
          await answerTo({
            ...request,
            method: otherMethod ?? request.method,
            path: otherQuery === undefined ? request.path : `/${otherQuery}`,
            headers: {
              ...request.headers,
              ...changed,
              // Node adds a Host of its own where there is none, and forgets the length where a body is unusual.
              host: changed.host ?? request.headers.host,
              'content-length': String(Buffer.byteLength(request.body)),
            },
          });
        },
      ),
      share(0.1),
    );

    await stillAnswers();
  });
});

describe('a request that is altered after it was signed is refused', () => {
  const refusedAs = /^AuthFailure\.(SignatureFailure|SignatureExpire|SecretIdNotFound|InvalidAuthorization)$/;

  /** The same text with one character replaced by another, not only in its case: that is signed in either. */
  function altered(original: string, at: number, by: string): string {
    const place = at % original.length;
    const old = original[place] ?? '';
    const other = [by, '7', '3'].find((each) => each.toLowerCase() !== old.toLowerCase()) ?? '';
    return original.slice(0, place) + other + original.slice(place + 1);
  }

  const place = fc.nat();
  const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789');
  const digit = fc.constantFrom(...'0123456789');

  test('with TC3, in its body, query, signed headers, credential, signature or time', { timeout }, async () => {
    type Signed = ReturnType<typeof signRequest>;
    const inHeader =
      (name: string, from: (value: string) => number = () => 0) =>
      (request: Signed, at: number, by: string): Signed => {
        const value = request.headers[name] ?? '';
        const start = from(value);
        const changed = value.slice(0, start) + altered(value.slice(start), at, by);
        return { ...request, headers: { ...request.headers, [name]: changed } };
      };
    const alterations: Readonly<Record<string, (request: Signed, at: number, by: string) => Signed>> = {
      payload: (request, at, by) =>
        request.method === 'GET'
          ? { ...request, path: `/?${altered(request.path.slice(2), at, by)}` }
          : { ...request, body: altered(request.body, at, by) },
      action: inHeader('x-tc-action'),
      version: inHeader('x-tc-version'),
      region: inHeader('x-tc-region'),
      host: inHeader('host'),
      // The media type itself is looked at before the signature.
      'content type': inHeader('content-type', (type) => type.indexOf(';') + 2),
      credential: inHeader('authorization', (value) => value.indexOf('=') + 1),
      signature: inHeader('authorization', (value) => value.lastIndexOf('=') + 1),
    };
    const someTimestamp = fc.record({ kind: fc.constant('timestamp' as const), at: place, by: digit });
    const someOther = fc.record({ kind: fc.constantFrom(...Object.keys(alterations)), at: place, by: letter });

    await fc.assert(
      fc.asyncProperty(
        questionsOf(reading),
        fc.constantFrom('json', 'get', 'multipart'),
        fc.oneof({ weight: 1, arbitrary: someTimestamp }, { weight: 8, arbitrary: someOther }),
        async ({ parameters }, encoding, { kind, at, by }) => {
          const types = {
            json: 'application/json; charset=utf-8',
            get: 'application/x-www-form-urlencoded; charset=utf-8',
          };
          const contentType = encoding === 'multipart' ? 'multipart/form-data; boundary=edge' : types[encoding];
          // Never without a byte to alter.
          const question = { action: 'DescribeAssetImageRegistryList', parameters: { ...parameters, Limit: 1 } };
          const request = signedTc3(question, encoding, contentType);
          const alter = alterations[kind] ?? inHeader('x-tc-timestamp');

          expect(await answerTo(alter(request, at, by)), kind).toMatch(refusedAs);
        },
      ),
      share(0.12),
    );

    await stillAnswers();
  });

  const signedTc3 = (question: Question, encoding: 'json' | 'get' | 'multipart', contentType: string) => {
    const pairs = flatten(question.parameters);
    const bodies = {
      json: JSON.stringify(question.parameters),
      get: '',
      multipart: [...pairs.map(toPart), '--edge--\r\n'].join(''),
    };
    return signRequest({
      key: api.key,
      action: question.action,
      host,
      body: bodies[encoding],
      contentType,
      ...(encoding === 'get' ? { method: 'GET', query: new URLSearchParams(pairs).toString() } : {}),
      signedHeaders: ['content-type', 'host', 'x-tc-action', 'x-tc-region', 'x-tc-version'],
      headers: { 'x-tc-region': 'ap-guangzhou' },
    });
  };

  test('with the older scheme, in any of its parameters, or the host', { timeout }, async () => {
    const method = fc.constantFrom('GET' as const, 'POST' as const);
    const signatureMethod = fc.constantFrom('HmacSHA1' as const, 'HmacSHA256' as const);

    await fc.assert(
      fc.asyncProperty(
        questionsOf(reading),
        fc.record({ method, signatureMethod }),
        fc.record({ which: place, at: place, by: digit, name: fc.boolean() }),
        async ({ action, parameters }, how, { which, at, by, name }) => {
          const question: V1RequestToSign = { key: api.key, action, host, ...how };
          const request = signV1Request({ ...question, parameters: Object.fromEntries(flatten(parameters)) });
          const text = how.method === 'GET' ? request.path.slice(2) : request.body;
          const pairs = [...new URLSearchParams(text)];
          const chosen = which % (pairs.length + 1);
          const changed = pairs.map(([key, value], i): [string, string] => {
            if (i !== chosen) return [key, value];
            // What reads the request has to find the scheme in it; the rest may be anything.
            if (key === 'SignatureMethod') return [key, value === 'HmacSHA1' ? 'HmacSHA256' : 'HmacSHA1'];
            const isCommon = /^(Action|Version|Timestamp|Nonce|SecretId|Signature)$/.test(key);
            if (name && !isCommon && key !== '') return [altered(key, at, by), value];
            return [key, value === '' ? by : altered(value, at, by)];
          });
          const spoilt = new URLSearchParams(changed).toString();
          const hostOrNot = chosen === pairs.length ? altered(host, at, by) : host;
          const headers = { ...request.headers, host: hostOrNot };

          const code = await answerTo(
            how.method === 'GET' ? { ...request, path: `/?${spoilt}`, headers } : { ...request, body: spoilt, headers },
          );

          expect(code).toMatch(refusedAs);
        },
      ),
      share(0.08),
    );

    await stillAnswers();
  });
});
