import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { collect } from '../../../test/support/collect.ts';
import { createTestImage, digestOf } from '../../../test/support/create-test-image.ts';
import { createTestSystem } from '../../../test/support/create-test-system.ts';
import { openTestClient } from '../../../test/support/open-test-client.ts';
import { pushImage } from '../../../test/support/push-image.ts';
import { selfSignedCertificate } from '../../../test/support/self-signed-certificate.ts';
import {
  type DockerRegistry,
  hasDockerRegistry,
  startDockerRegistry,
} from '../../../test/support/start-docker-registry.ts';
import { type HttpProxyOptions, startHttpProxy } from '../../../test/support/start-http-proxy.ts';
import { startScriptedServer } from '../../../test/support/start-scripted-server.ts';
import type { ProxySettings } from '../../model/proxy-settings.ts';
import { probeConnection } from '../probe-connection.ts';
import type { ResolvedAddress } from './system.ts';

const available = hasDockerRegistry();
if (!available) console.warn('SKIPPED: docker-registry is not installed, so proxies are not proved against it');
const certificate = selfSignedCertificate();
const { signal } = new AbortController();
const NAME = 'registry.test';
const unknownHere = async (): Promise<readonly ResolvedAddress[]> => {
  throw Object.assign(new Error('not known'), { code: 'ENOTFOUND' });
};

async function openProxy(options: HttpProxyOptions = {}) {
  const proxy = await startHttpProxy({ hosts: { [NAME]: '127.0.0.1' }, ...options });
  onTestFinished(() => proxy.stop());
  return proxy;
}

function open(url: string, proxy: ProxySettings, resolve = unknownHere, allowPrivate = true) {
  const policy = { allowPrivate, proxy };
  const settings = { type: 'docker', url, username: '', password: '', insecure: true, speedLimit: 0 };
  const system = createTestSystem(resolve);
  const client = openTestClient(url, { policy, system, settings, limits: { attempts: 2 } });
  const probe = () => probeConnection({ settings, network: policy, client, system }, signal);
  return { client, probe };
}

describe.skipIf(!available || !certificate)('a real registry behind a proxy', () => {
  let plain: DockerRegistry;
  let secure: DockerRegistry;
  const image = createTestImage('amd64');
  const named = (registry: DockerRegistry) => registry.url.replace('127.0.0.1', NAME);
  const portOf = (registry: DockerRegistry) => new URL(registry.url).port;

  beforeAll(async () => {
    plain = await startDockerRegistry();
    if (certificate) secure = await startDockerRegistry({ tls: certificate });
    await pushImage({ url: plain.url }, 'team/app', 'v1', image);
  });
  afterAll(async () => {
    await plain?.stop();
    await secure?.stop();
  });

  test('over http each request goes to the proxy with its whole address', async () => {
    const proxy = await openProxy();
    const { client } = open(named(plain), { http: proxy.url });

    expect(await collect(client.repositories(signal))).toEqual(['team/app']);
    expect((await client.manifest('team/app', 'v1', signal)).digest).toMatch(/^sha256:/);

    const [layer] = image.layers;
    if (layer === undefined) return expect.unreachable();
    const { stream } = await client.blob('team/app', layer.digest, signal);
    expect(Buffer.concat(await collect(stream))).toEqual(layer.body);

    const host = `${NAME}:${portOf(plain)}`;
    expect(proxy.passed).toContain(`GET http://${host}/v2/team/app/manifests/v1`);
    expect(proxy.forwarded.every((headers) => headers.host === host)).toBe(true);
  });
  test('over https a tunnel is opened, in which the registry is spoken to', async () => {
    const proxy = await openProxy({ account: { username: 'ann', password: 'p@ss%' } });
    const { client } = open(named(secure), { https: proxy.url.replace('//', '//ann:p%40ss%25@') });

    await client.ping(signal);

    expect(new Set(proxy.passed)).toEqual(new Set([`CONNECT ${NAME}:${portOf(secure)}`]));
  });

  test('a large blob comes whole through a tunnel', async () => {
    if (!certificate) return expect.unreachable();
    const body = randomBytes(5_000_000);
    const server = await startScriptedServer((_, response) => void response.end(body), certificate);
    onTestFinished(() => server.stop());
    const proxy = await openProxy();

    const { client } = open(server.url.replace('127.0.0.1', NAME), { https: proxy.url });
    const { stream } = await client.blob('app', digestOf(body), signal);

    expect(Buffer.concat(await collect(stream)).equals(body)).toBe(true);
    expect(proxy.passed).toHaveLength(1);
  });

  test('what NO_PROXY names, and loopback, is asked directly', async () => {
    const proxy = await openProxy();
    const here = async () => [{ address: '127.0.0.1', family: 4 }];
    const settings = { http: proxy.url, noProxy: 'example.com,.test' };

    await open(named(plain), settings, here).client.ping(signal);
    await open(plain.url, { http: proxy.url }).client.ping(signal);

    expect(proxy.passed).toEqual([]);
  });

  test.each(['http', 'https'] as const)(
    'a proxy that wants an account is named, without its password, over %s',
    async (scheme) => {
      const proxy = await openProxy({ account: { username: 'ann', password: 'right' } });
      const through = proxy.url.replace('//', '//ann:wrong-password@');
      const { client, probe } = open(named(scheme === 'http' ? plain : secure), { [scheme]: through });

      const error = await client.ping(signal).catch((thrown: unknown) => thrown);
      const { verdict, report } = await probe();

      expect(error).toMatchObject({
        code: 'proxy-refused',
        message: expect.stringContaining(`${proxy.url} answers 407`),
      });
      expect(verdict).toMatchObject({ status: 'failed', cause: 'proxy-refused' });
      expect(`${error} ${JSON.stringify(report)}`).not.toMatch(/wrong-password|YW5uOn/);
    },
  );

  test('a proxy that does not let us reach the registry, and one that cannot', async () => {
    const refusing = await openProxy({ refuse: 403 });
    const helpless = await openProxy({ refuse: 503 });

    const refused = open(named(secure), { https: refusing.url }).client.ping(signal);
    const failed = open(named(secure), { https: helpless.url });

    await expect(refused).rejects.toMatchObject({ code: 'proxy-refused', message: expect.stringContaining(NAME) });
    await expect(failed.client.ping(signal)).rejects.toMatchObject({ code: 'connection-failed', retryable: true });
    expect(failed.client.system.waits).toHaveLength(1);
  });

  test.each(['http', 'https'] as const)('a proxy where nothing listens is named, over %s', async (scheme) => {
    const { client, probe } = open(`${scheme}://${NAME}`, { [scheme]: 'http://ann:secret@127.0.0.1:1' });

    const error = await client.ping(signal).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: 'proxy-unreachable' });
    expect(String(error)).toContain('The proxy http://127.0.0.1:1 cannot be used: nothing listens there');
    expect((await probe()).verdict).toMatchObject({ status: 'failed', cause: 'proxy-unreachable' });
  });

  test('what must not be contacted is refused before the proxy hears of it', async () => {
    const proxy = await openProxy();
    const both = { http: proxy.url, https: proxy.url };
    const metadata = async () => [{ address: '169.254.169.254', family: 4 }];
    const inside = async () => [{ address: '10.0.0.9', family: 4 }];
    const tries = [
      open('http://169.254.169.254', both),
      open('https://[fe80::1]', both),
      open('https://metadata.test', both, metadata),
      open('http://metadata.test', both, metadata),
      open('https://inside.test', both, inside, false),
    ];

    for (const { client, probe } of tries) {
      await expect(client.ping(signal)).rejects.toMatchObject({ code: 'address-forbidden' });
      expect((await probe()).verdict).toMatchObject({ status: 'failed', cause: 'address-forbidden' });
    }
    expect(proxy.passed).toEqual([]);
  });

  test('a redirect to a forbidden address is not followed through the proxy', async () => {
    const leading = await startScriptedServer(
      (_, response) => void response.writeHead(307, { location: 'http://100.100.100.200/latest/meta-data' }).end(),
    );
    onTestFinished(() => leading.stop());
    const proxy = await openProxy();

    const { client } = open(leading.url.replace('127.0.0.1', NAME), { http: proxy.url });

    await expect(client.ping(signal)).rejects.toMatchObject({ code: 'address-forbidden' });
    expect(proxy.passed).toEqual([`GET ${leading.url.replace('127.0.0.1', NAME)}/v2/`]);
  });

  test('the doctor says by which proxy, and looks at the certificate through it', async () => {
    const proxy = await openProxy();

    const { verdict, report } = await open(named(secure), { https: proxy.url }).probe();

    const stages = Object.fromEntries(
      report.stages.map(({ stage, status, detail }) => [stage, `${status}: ${detail}`]),
    );
    expect(verdict).toEqual({ status: 'connected' });
    expect(stages.name).toBe(`skipped: ${NAME} is not known here; the proxy looks it up itself.`);
    expect(stages.address).toBe(`ok: asked through the proxy ${proxy.url}, which reaches it`);
    expect(stages.tls).toMatch(/^ok: not verified .* by /);
    expect(new Set(proxy.passed)).toEqual(new Set([`CONNECT ${NAME}:${portOf(secure)}`]));
  });
});
