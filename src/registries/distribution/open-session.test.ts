import { describe, expect, test } from 'vitest';
import { createTestSystem } from '../../../test/support/create-test-system.ts';
import { openTestClient, serveForTest } from '../../../test/support/open-test-client.ts';
import { selfSignedCertificate } from '../../../test/support/self-signed-certificate.ts';
import { sendJson, startScriptedServer } from '../../../test/support/start-scripted-server.ts';

const { signal } = new AbortController();

describe('429', () => {
  const now = createTestSystem().now();
  test.each<[string, string, number]>([
    ['retry-after', '7', 7_000],
    ['retry-after', '1.5', 1_500],
    ['retry-after', new Date(now + 9_000).toUTCString(), 9_000],
    ['retry-after', '35.852µs', 1_000],
    ['retry-after', '1.2ms', 1_000],
    ['retry-after', '1m2s', 62_000],
    ['retry-after', String(now / 1_000 + 11), 11_000],
    ['x-retry-after', String(now / 1_000 + 12), 12_000],
    ['retry-after', 'soon', 1_000],
    ['x-other', '5', 1_000],
  ])('with %s: %s waits as long as asked', async (name, value, wait) => {
    let calls = 0;
    const server = await serveForTest((_, response) => {
      calls += 1;
      if (calls > 1) sendJson(response, 200, {});
      // Go writes header values in UTF-8; Node would refuse the µ.
      else
        response.socket?.end(
          `HTTP/1.1 429 Too Many Requests\r\n${name}: ${value}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
        );
    });
    const client = openTestClient(server.url);

    await client.ping(signal);

    expect(client.system.waits).toEqual([wait]);
  });

  test.each([
    [100_000, [100_000]],
    [99_999, []],
  ])('of one request holds the next one back, but not for longer than a budget of %d ms', async (waitBudget, waits) => {
    const server = await serveForTest((_, response) => {
      if (server.requests.length > 1) sendJson(response, 200, {});
      else sendJson(response, 429, {}, { 'retry-after': '100' });
    });
    const client = openTestClient(server.url, { limits: { attempts: 1, waitBudget } });

    await expect(client.ping(signal)).rejects.toMatchObject({ code: 'rate-limited' });
    await client.ping(signal);

    expect(client.system.waits).toEqual(waits);
  });

  test('beyond the budget is rate-limited at once, with the time to come back', async () => {
    const server = await serveForTest((_, response) => sendJson(response, 429, {}, { 'retry-after': '21600' }));
    const client = openTestClient(server.url);

    await expect(client.ping(signal)).rejects.toMatchObject({
      code: 'rate-limited',
      retryable: true,
      retryAfterMs: 21_600_000,
      message: expect.stringContaining('It asks to wait 6 hours.'),
    });
    expect(client.system.waits).toEqual([]);
  });
});

test('server faults are tried again, then reported with the words of the registry', async () => {
  const server = await serveForTest((_, response) =>
    sendJson(response, 503, { errors: [{ code: 'UNAVAILABLE', message: 'storage' }] }),
  );
  const client = openTestClient(server.url, { limits: { attempts: 3 } });

  await expect(client.ping(signal)).rejects.toMatchObject({
    code: 'registry-error',
    retryable: true,
    status: 503,
    method: 'GET',
    url: `${server.url}/v2/`,
    message: expect.stringContaining('UNAVAILABLE: storage'),
  });
  expect(server.requests).toHaveLength(3);
});

test.each<[string, number, string, string]>([
  ['a web page', 200, 'text/html', 'not-a-registry'],
  ['a missing page', 404, 'text/html', 'not-a-registry'],
  ['a bare 404', 404, 'text/plain', 'not-a-registry'],
  ['a 403 page', 403, 'text/html', 'permission-denied'],
  ['a 401 without challenge', 401, 'text/plain', 'authentication-failed'],
  ['a gateway page', 502, 'text/html', 'registry-error'],
  ['a teapot', 418, 'text/plain', 'registry-error'],
])('%s is explained as such', async (_, status, type, code) => {
  const server = await serveForTest(
    (_request, response) => void response.writeHead(status, { 'content-type': type }).end('<html>'),
  );

  await expect(openTestClient(server.url).ping(signal)).rejects.toMatchObject({ code });
});

test('an endless error page is read to 64 KiB only', async () => {
  const server = await serveForTest((_, response) => {
    response.writeHead(400);
    const write = () => response.write(Buffer.alloc(65_536, 'x'), (error) => (error ? undefined : write()));
    write();
  });

  const error = await openTestClient(server.url)
    .ping(signal)
    .catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({ code: 'registry-error', status: 400 });
  expect(String(error).length).toBeLessThan(1_000);
});

test.each([200, 500])('an answer of %d that trickles in without end is given up', async (status) => {
  const server = await serveForTest((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    const trickle = setInterval(() => response.write(' '), 5);
    response.on('close', () => clearInterval(trickle));
  });
  const client = openTestClient(server.url, { limits: { answerTimeout: 100 } });

  await expect(client.ping(signal)).rejects.toMatchObject({
    code: 'connection-failed',
    message: expect.stringContaining('too slow'),
  });
  expect(server.requests).toHaveLength(1);
});

test('a cut connection is tried again', async () => {
  let calls = 0;
  const server = await serveForTest((request, response) => {
    calls += 1;
    if (calls < 3) request.socket.destroy();
    else sendJson(response, 200, {});
  });

  await openTestClient(server.url).ping(signal);

  expect(calls).toBe(3);
});

test('a server that accepts and stays silent is a failed connection', async () => {
  const server = await serveForTest(() => {});
  const client = openTestClient(server.url, { limits: { headersTimeout: 50, attempts: 1 } });

  await expect(client.ping(signal)).rejects.toMatchObject({
    code: 'connection-failed',
    networkCode: 'UND_ERR_HEADERS_TIMEOUT',
  });
});

test('a request to a silent server can be canceled', async () => {
  const controller = new AbortController();
  const server = await serveForTest(() => controller.abort());

  await expect(openTestClient(server.url).ping(controller.signal)).rejects.toMatchObject({ code: 'canceled' });
});

test('a caller whose time is over learns that, and nothing is tried again', async () => {
  const server = await serveForTest(() => {});
  const client = openTestClient(server.url);

  await expect(client.ping(AbortSignal.timeout(30))).rejects.toMatchObject({
    code: 'connection-failed',
    retryable: true,
  });
  expect(server.requests.length).toBeLessThanOrEqual(1);
});

test('a registry that leads elsewhere to sign in says where', async () => {
  const other = await serveForTest((_, response) =>
    sendJson(response, 401, {}, { 'www-authenticate': 'Basic realm="r"' }),
  );
  const server = await serveForTest(
    (_, response) => void response.writeHead(301, { location: `${other.url}/v2/` }).end(),
  );
  const client = openTestClient(server.url, { settings: { username: 'robot', password: 'correct horse' } });

  await expect(client.ping(signal)).rejects.toMatchObject({
    code: 'authentication-failed',
    message: expect.stringContaining(`use it as the address`),
  });
  expect(other.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
});

test('a huge answer is not a registry', async () => {
  const server = await serveForTest((_, response) => void response.writeHead(200).end(Buffer.alloc(100_000)));

  await expect(openTestClient(server.url).ping(signal)).rejects.toMatchObject({ code: 'not-a-registry' });
});

test('nothing listening is a failed connection, without waiting', async () => {
  const server = await startScriptedServer(() => {});
  await server.stop();
  const client = openTestClient(server.url);

  await expect(client.ping(signal)).rejects.toMatchObject({ code: 'connection-failed', networkCode: 'ECONNREFUSED' });
  expect(client.system.waits).toEqual([]);
});

test('https to a plain http port says so', async () => {
  const server = await serveForTest((_, response) => sendJson(response, 200, {}));

  await expect(openTestClient(server.url.replace('http:', 'https:')).ping(signal)).rejects.toMatchObject({
    code: 'connection-failed',
    message: expect.stringContaining('http'),
  });
});

describe('TLS', () => {
  const tls = selfSignedCertificate();

  test.skipIf(tls === undefined)(
    'a self-signed certificate is refused, and accepted when insecure is set',
    async () => {
      const server = await serveForTest((_, response) => sendJson(response, 200, {}), tls);

      await expect(openTestClient(server.url).ping(signal)).rejects.toMatchObject({
        code: 'certificate-invalid',
        retryable: false,
      });
      await openTestClient(server.url, { settings: { insecure: true } }).ping(signal);

      expect(server.requests).toHaveLength(1);
    },
  );

  test.skipIf(tls === undefined)('no redirect leads from https to http', async () => {
    const plain = await serveForTest((_, response) => sendJson(response, 200, {}));
    const server = await serveForTest(
      (_, response) => void response.writeHead(302, { location: plain.url }).end(),
      tls,
    );

    await expect(openTestClient(server.url, { settings: { insecure: true } }).ping(signal)).rejects.toMatchObject({
      code: 'registry-error',
    });
    expect(plain.requests).toEqual([]);
  });
});

describe('the address is judged when the connection is made', () => {
  test('a name that turns to the metadata address (DNS rebinding) is refused', async () => {
    const addresses = ['127.0.0.1', '169.254.169.254'];
    const system = createTestSystem(async () => [{ address: addresses.shift() ?? '', family: 4 }]);
    const server = await serveForTest((_, response) => sendJson(response, 200, {}, { connection: 'close' }));
    const client = openTestClient(server.url.replace('127.0.0.1', 'rebind.test'), { system });

    await client.ping(signal);
    await expect(client.ping(signal)).rejects.toMatchObject({
      code: 'address-forbidden',
      message: expect.stringContaining('rebind.test is 169.254.169.254'),
    });
  });

  test('of several addresses only the allowed ones are tried', async () => {
    const system = createTestSystem(async () => [
      { address: '169.254.169.254', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ]);
    const server = await serveForTest((_, response) => sendJson(response, 200, {}));

    await openTestClient(server.url.replace('127.0.0.1', 'both.test'), { system }).ping(signal);
  });

  test.each(['http://127.0.0.1:1', 'http://localhost:1', 'http://[::1]:1', 'http://10.0.0.1', 'http://0:1'])(
    '%s needs the setting for private registries',
    async (url) => {
      const client = openTestClient(url, { policy: { allowPrivate: false } });

      await expect(client.ping(signal)).rejects.toMatchObject({
        code: 'address-forbidden',
        message: expect.stringContaining('private'),
      });
    },
  );

  test.each(['http://169.254.169.254', 'http://metadata.test'])('%s is refused also with the setting', async (url) => {
    const system = createTestSystem(async () => [{ address: 'fe80::1', family: 6 }]);

    await expect(openTestClient(url, { system }).ping(signal)).rejects.toMatchObject({
      code: 'address-forbidden',
      retryable: false,
      message: expect.stringContaining('never contacted'),
    });
  });
});

test.each(['registry.example.com', 'ftp://registry.example.com', ''])(
  'the address %j is refused before anything is sent',
  (url) => {
    expect(() => openTestClient(url)).toThrowError(expect.objectContaining({ code: 'connection-failed' }));
  },
);

test('requests of a closed client end at once', async () => {
  const server = await serveForTest(() => {});
  const client = openTestClient(server.url);
  const asking = client.ping(signal);
  asking.catch(() => {});
  await expect.poll(() => server.requests.length).toBe(1);

  await client.close();

  await expect(asking).rejects.toMatchObject({ code: 'connection-failed' });
  expect(client.system.waits).toEqual([]);
});

test('warnings of the registry are kept once each, and not too many', async () => {
  const server = await serveForTest((_, response) => {
    const many = Array.from({ length: 30 }, (_each, index) => `299 - "note ${index}"`);
    sendJson(response, 200, {}, { warning: ['199 cache "stale"', '299 - "The \\"lab\\" moves"', ...many].join(', ') });
  });
  const client = openTestClient(server.url);

  await client.ping(signal);
  await client.ping(signal);

  expect(client.warnings()).toHaveLength(10);
  expect(client.warnings().slice(0, 2)).toEqual(['The "lab" moves', 'note 0']);
});

test('credentials within the address are neither used nor shown', async () => {
  const server = await serveForTest((_, response) => sendJson(response, 500, {}));
  const client = openTestClient(server.url.replace('//', '//user:hunter22@'), { limits: { attempts: 1 } });

  const error = await client.ping(signal).catch((thrown: unknown) => thrown);

  expect(String(error)).not.toContain('hunter22');
  expect(server.requests[0]?.authorization).toBeUndefined();
});

test.each(['', '/', '/v2', '/v2/'])('an address that ends in %j means the same', async (suffix) => {
  const server = await serveForTest((_, response) => sendJson(response, 200, {}));

  await openTestClient(`${server.url}${suffix}`).ping(signal);

  expect(server.requests[0]?.url).toBe('/v2/');
});

test('the speed limit counts every request: first tries, sign-in, redirects', async () => {
  const starts: number[] = [];
  const system = createTestSystem();
  const server = await serveForTest((request, response) => {
    starts.push(system.now());
    if (request.url?.startsWith('/token')) sendJson(response, 200, { token: 't' });
    else if (request.headers.authorization === undefined)
      sendJson(response, 401, {}, { 'www-authenticate': 'Bearer realm="/token"' });
    else if (request.url === '/v2/') response.writeHead(307, { location: '/moved' }).end();
    else sendJson(response, 200, {});
  });

  await openTestClient(server.url, { system, settings: { speedLimit: 4 } }).ping(signal);

  expect(server.requests.map(({ url }) => url)).toEqual(['/v2/', '/token', '/v2/', '/moved']);
  expect(starts.map((start) => start - (starts[0] ?? 0))).toEqual([0, 250, 500, 750]);
});

test('never more requests are under way than a registry has places', async () => {
  let underWay = 0;
  let most = 0;
  const server = await serveForTest((_, response) => {
    underWay += 1;
    most = Math.max(most, underWay);
    // Answers only when everybody has come who is let in.
    setImmediate(() => {
      underWay -= 1;
      sendJson(response, 200, {});
    });
  });
  const client = openTestClient(server.url, { limits: { concurrency: 3 } });

  await Promise.all(Array.from({ length: 30 }, () => client.ping(signal)));

  expect(server.requests).toHaveLength(30);
  expect(most).toBeLessThanOrEqual(3);
});

test('the speed limit spaces requests', async () => {
  const server = await serveForTest((_, response) => sendJson(response, 200, {}));
  const client = openTestClient(server.url, { settings: { speedLimit: 2 } });

  for (let call = 0; call < 3; call += 1) await client.ping(signal);

  expect(client.system.waits).toEqual([500, 500]);
});
