import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { editableRepository, putImage } from '../support/served-repository.ts';
import { type Handler, type ScriptedServer, startScriptedServer } from '../support/start-scripted-server.ts';
import { startTestPlimsoll, type TestPlimsoll } from '../support/start-test-plimsoll.ts';
import { waitUntil } from '../support/wait-until.ts';

let plimsoll: TestPlimsoll;
let server: ScriptedServer | undefined;
let names = 0;

beforeAll(async () => {
  plimsoll = await startTestPlimsoll({
    PLIMSOLL_ADVISORIES_URL: 'file:///nonexistent/osv',
    PLIMSOLL_KEV_URL: 'file:///nonexistent/kev.json',
  });
});
afterAll(() => plimsoll?.stop());
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const unauthorized: Handler = (_, response) =>
  response
    .writeHead(401, { 'www-authenticate': 'Basic realm="registry"', 'content-type': 'application/json' })
    .end('{"errors":[]}');
const html: Handler = (_, response) =>
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome</html>');
const endlessRedirect: Handler = (request, response) => response.writeHead(307, { location: `${request.url}x` }).end();
const tooMany: Handler = (_, response) => response.writeHead(429, { 'retry-after': '86400' }).end();

async function add(url: string, more: { Insecure?: number } = {}) {
  const name = `registry ${++names}`;
  const added = await plimsoll.sdk.AddAssetImageRegistryRegistryDetail({
    Name: name,
    Username: 'user',
    Password: 'a-wrong-password',
    Url: url,
    RegistryType: 'docker',
    NetType: 'private',
    ...more,
  });
  const { List } = await plimsoll.sdk.DescribeAssetImageRegistryRegistryList({
    Filters: [{ Name: 'Name', Values: [name], ExactMatch: true }],
  });
  return { name, added, detail: List?.[0]?.ConnDetectDetail?.[0] };
}

test.each([
  ['a wrong password', unauthorized, 'AuthFailed', 'status_auth_failed'],
  ['a page for people', html, 'NotARegistry', 'status_unreachable'],
  ['an endless redirect', endlessRedirect, 'RegistryError', 'status_unreachable'],
  ['429 with a Retry-After beyond patience', tooMany, 'RateLimited', 'status_unreachable'],
])('%s: the registry is stored with its failure, its reason and its solution', async (_, handler, code, status) => {
  server = await startScriptedServer(handler);

  const { added, detail } = await add(server.url);

  expect(added.HealthCheckErr).not.toBe('');
  expect(added.HealthCheckErr).not.toContain('a-wrong-password');
  expect(added.RegistryId).toBeGreaterThan(0);
  expect(detail).toMatchObject({
    ConnDetectStatus: status,
    ConnDetectMessage: code,
    FailReason: expect.stringMatching(/\w+ \w+/),
    Solution: expect.stringMatching(/\w+ \w+/),
  });
});

test('nobody listens', async () => {
  const { added, detail } = await add('http://127.0.0.1:1');

  expect(added.HealthCheckErr).toMatch(/127\.0\.0\.1:1/);
  expect(detail).toMatchObject({
    ConnDetectStatus: 'status_unreachable',
    ConnDetectMessage: 'ConnFailed',
    FailReason: 'Connection failure',
  });
});

test('a certificate that nobody signed is refused, unless the registry is marked insecure', async () => {
  const certificate = selfSignedCertificate();
  server = await startScriptedServer(
    (request, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(request.url?.startsWith('/v2/_catalog') ? '{"repositories":[]}' : '{}'),
    certificate,
  );

  expect((await add(server.url)).detail).toMatchObject({
    ConnDetectStatus: 'status_cert_failed',
    ConnDetectMessage: 'CertificateInvalid',
  });
  expect((await add(server.url, { Insecure: 1 })).added.HealthCheckErr).toBe('');
});

test('429 with a short Retry-After is waited for', async () => {
  let asked = 0;
  server = await startScriptedServer((request, response) => {
    if (asked++ === 0) return response.writeHead(429, { 'retry-after': '35.852µs' }).end();
    const body = request.url?.startsWith('/v2/_catalog') ? '{"repositories":[]}' : '{}';
    return response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });

  expect((await add(server.url)).added.HealthCheckErr).toBe('');
});

test.each(['http://169.254.169.254', 'http://[::ffff:169.254.169.254]:80', 'http://2852039166'])(
  'the metadata address %s is never asked',
  async (url) => {
    const { added, detail } = await add(url);

    expect(added.HealthCheckErr).toContain('never contacted');
    expect(detail).toMatchObject({
      ConnDetectStatus: 'status_unreachable',
      ConnDetectMessage: 'AddressForbidden',
      Solution: expect.stringContaining('PLIMSOLL_ALLOW_PRIVATE_REGISTRIES'),
    });
  },
);

describe('a sync that fails is told with its cause, its reason and its solution, and removes nothing', () => {
  const repositories = ['a', 'b'].map((name) => {
    const repository = editableRepository(name);
    repository.tags.set('1', putImage(repository, { seed: name }));
    return repository;
  });
  let real: ServedRegistry;

  beforeAll(async () => {
    real = await serveRegistry({ repositories, pageSize: 1 });
  });
  afterAll(() => real.stop());

  const secondPage = (url: string | undefined) => url?.startsWith('/v2/_catalog') && url.includes('last=');
  const json = (response: ServerResponse, status: number, body: string, headers = {}) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);

  test.each<[string, string, Handler]>([
    ['the account is closed', 'AuthFailed', unauthorized],
    ['the catalog is not shown any more', 'PermissionDenied', (_, response) => json(response, 403, '{}')],
    ['the registry becomes a web site', 'NotARegistry', html],
    [
      'the catalog is suddenly empty',
      'CatalogEmpty',
      (request, response) =>
        request.url?.startsWith('/v2/_catalog')
          ? json(response, 200, '{"repositories":[]}')
          : json(response, 404, '{"errors":[{"code":"NAME_UNKNOWN","message":""}]}'),
    ],
    [
      'it leads to the metadata address',
      'AddressForbidden',
      (_, response) => void response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
    ],
    [
      'the catalog is millions of numbers',
      'LimitExceeded',
      (_, response) => json(response, 200, `{"repositories":[${'0,'.repeat(3_000_000)}0]}`),
    ],
    [
      'the second page of the catalog is not there',
      'RegistryError',
      (request, response) =>
        secondPage(request.url)
          ? json(response, 404, '{}')
          : void response.writeHead(307, { location: `${real.url}${request.url}` }).end(),
    ],
  ])('%s', async (_, code, trouble) => {
    let handle: Handler = (request, response) =>
      void response.writeHead(307, { location: `${real.url}${request.url}` }).end();
    server = await startScriptedServer((request, response) => handle(request, response));
    const { name, added } = await add(server.url);
    const id = added.RegistryId ?? 0;
    await sync(id);
    expect(await countOf(name)).toBe(2);

    handle = trouble;
    const registry = await sync(id);

    expect(registry).toMatchObject({
      SyncStatus: 'failed',
      SyncMessage: expect.stringMatching(new RegExp(`^${code}: .*\\w`)),
      SyncFailReason: expect.stringMatching(/\w+ \w+/),
      SyncSolution: expect.stringMatching(/\w+ \w+/),
    });
    expect(JSON.stringify(registry)).not.toContain('a-wrong-password');
    expect(await countOf(name)).toBe(2);
    handle = (request, response) => void response.writeHead(307, { location: `${real.url}${request.url}` }).end();
    expect(await sync(id)).toMatchObject({ SyncStatus: 'success' });
    expect(await countOf(name)).toBe(2);
  });

  test('a registry that says to come back tomorrow is waited for: the sync does not fail, says so, and removes nothing', async () => {
    let handle: Handler = (request, response) =>
      void response.writeHead(307, { location: `${real.url}${request.url}` }).end();
    server = await startScriptedServer((request, response) => handle(request, response));
    const { name, added } = await add(server.url);
    const id = added.RegistryId ?? 0;
    await sync(id);

    handle = tooMany;
    await plimsoll.sdk.SyncAssetImageRegistryAsset({ RegistryIds: [id] });
    const waiting = await waitUntil(async () => {
      const { List } = await plimsoll.sdk.DescribeAssetImageRegistryRegistryList({
        Filters: [{ Name: 'RegistryId', Values: [String(id)], ExactMatch: true }],
      });
      return List?.[0]?.ConnDetectDetail?.[0]?.ConnDetectMessage === 'BudgetSpent' && List[0];
    });

    expect(waiting).toMatchObject({ SyncStatus: 'doing' });
    expect(waiting.ConnDetectDetail?.[0]).toMatchObject({
      FailReason: expect.stringMatching(/\w+ \w+/),
      Solution: expect.stringContaining('plimsoll registry budget'),
    });
    expect(await countOf(name)).toBe(2);
  });

  async function sync(RegistryId: number) {
    await plimsoll.sdk.SyncAssetImageRegistryAsset({ RegistryIds: [RegistryId] });
    return waitUntil(async () => {
      const { List } = await plimsoll.sdk.DescribeAssetImageRegistryRegistryList({
        Filters: [{ Name: 'RegistryId', Values: [String(RegistryId)], ExactMatch: true }],
      });
      return List?.[0]?.SyncStatus !== 'doing' && List?.[0];
    });
  }

  async function countOf(name: string) {
    const { TotalCount } = await plimsoll.sdk.DescribeAssetImageRegistryList({
      Filters: [{ Name: 'InstanceName', Values: [name], ExactMatch: true }],
    });
    return TotalCount;
  }
});
