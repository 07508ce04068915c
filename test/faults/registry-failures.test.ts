import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { type Handler, type ScriptedServer, startScriptedServer } from '../support/start-scripted-server.ts';
import { startTestPlimsoll, type TestPlimsoll } from '../support/start-test-plimsoll.ts';

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
  return { added, detail: List?.[0]?.ConnDetectDetail?.[0] };
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

test('a metadata address is never asked', async () => {
  const { added } = await add('http://169.254.169.254');

  expect(added.HealthCheckErr).not.toBe('');
});
