import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTestImage, createTestIndex } from '../../test/support/create-test-image.ts';
import { serveForTest } from '../../test/support/open-test-client.ts';
import { pushImage, pushManifest } from '../../test/support/push-image.ts';
import { selfSignedCertificate } from '../../test/support/self-signed-certificate.ts';
import {
  type DockerRegistry,
  hasDockerRegistry,
  startDockerRegistry,
} from '../../test/support/start-docker-registry.ts';
import { sendJson } from '../../test/support/start-scripted-server.ts';
import { type Permit, startTokenRealm, type TokenRealm } from '../../test/support/start-token-realm.ts';
import type { ConnectionReport, ProbeStage } from '../model/connection-report.ts';
import type { RegistrySettings } from '../model/registry.ts';
import { createDistributionClient } from './distribution/create-distribution-client.ts';
import { type System, system } from './distribution/system.ts';
import { type ProbeTarget, probeConnection } from './probe-connection.ts';

const available = hasDockerRegistry();
if (!available) console.warn('SKIPPED: docker-registry is not installed, so the doctor is not proved against it');
const certificate = selfSignedCertificate();
const { signal } = new AbortController();

interface Try {
  readonly settings?: Partial<RegistrySettings>;
  readonly allowPrivate?: boolean;
  readonly system?: Pick<System, 'resolve' | 'now'>;
  readonly signal?: AbortSignal;
}

function probe(url: string, options: Try = {}) {
  const settings = {
    type: 'docker',
    url,
    username: '',
    password: '',
    insecure: false,
    speedLimit: 0,
    ...options.settings,
  };
  const network = { allowPrivate: options.allowPrivate ?? true };
  const client = createDistributionClient(settings, network, {
    limits: { attempts: 1 },
    ...(options.system ? { system: { ...system, ...options.system } } : {}),
  });
  onTestFinished(() => client.close());
  const target: ProbeTarget = { settings, network, client, ...(options.system ? { system: options.system } : {}) };
  return probeConnection(target, options.signal ?? signal);
}

const outcomes = ({ stages }: ConnectionReport) =>
  Object.fromEntries(stages.map(({ stage, status, cause }) => [stage, cause ?? status]));
const detailOf = ({ stages }: ConnectionReport, wanted: ProbeStage) =>
  stages.find(({ stage }) => stage === wanted)?.detail;
const spots = ({ blindSpots }: ConnectionReport) => blindSpots.map(({ kind, detail }) => `${kind} ${detail}`.trim());
const skipped = (...stages: readonly ProbeStage[]) => Object.fromEntries(stages.map((stage) => [stage, 'skipped']));

describe.skipIf(!available)('the real docker-registry with token auth', () => {
  const scanner = { username: 'scanner', password: 'correct horse' };
  const permits: Record<string, Permit> = {
    scanner: (_, resource) =>
      resource.startsWith('registry:') ? ['*'] : resource.startsWith('repository:secret/') ? [] : ['pull'],
    unlisted: (_, resource) => (resource.startsWith('registry:') ? [] : ['pull']),
    refused: (_, resource) => (resource.startsWith('registry:') ? ['*'] : []),
  };
  const users = Object.keys(permits).map((username) => ({ username, password: scanner.password }));
  let realm: TokenRealm | undefined;
  let registry: DockerRegistry | undefined;

  beforeAll(async () => {
    const pusher = { username: 'pusher', password: 'push' };
    const permit: Permit = (user, resource) =>
      user === 'pusher' ? ['pull', 'push', '*'] : (permits[user]?.(user, resource) ?? []);
    realm = await startTokenRealm([...users, pusher], permit);
    if (!realm) return;
    registry = await startDockerRegistry({ realm });
    const amd64 = createTestImage('amd64');
    const target = { url: registry.url, token: await tokenOf(realm, pusher, ['secret/app', 'team/app']) };
    for (const repository of ['secret/app', 'team/app']) await pushImage(target, repository, 'v1', amd64);
    await pushManifest(target, 'team/app', 'v1', createTestIndex({ 'linux/amd64': amd64 }));
  });
  afterAll(async () => {
    await registry?.stop();
    await realm?.stop();
  });

  test('every stage is tried, timed and told, and a project that refuses is a blind spot', async (context) => {
    if (!registry) return context.skip('openssl is missing');

    const { verdict, report } = await probe(registry.url, { settings: scanner });

    expect(verdict).toEqual({ status: 'connected' });
    expect(outcomes(report)).toEqual({
      ...skipped('name', 'tls'),
      address: 'ok',
      '/v2/': 'ok',
      token: 'ok',
      catalog: 'ok',
      tags: 'ok',
      manifest: 'ok',
      blob: 'ok',
    });
    for (const { status, milliseconds } of report.stages)
      expect(milliseconds).toEqual(status === 'ok' ? expect.any(Number) : undefined);
    expect(detailOf(report, '/v2/')).toBe('asks for bearer');
    expect(detailOf(report, 'tags')).toBe('team/app:v1; 1 of 2 projects refused');
    expect(detailOf(report, 'manifest')).toBe('1 layers, of an index');
    expect(detailOf(report, 'blob')).toMatch(/^\d+ of \d+ bytes read$/);
    expect(spots(report)).toEqual(['projects-denied secret']);
  });

  test('a wrong password fails at the token, and says nothing of the rest', async (context) => {
    if (!registry) return context.skip('openssl is missing');

    const { verdict, report } = await probe(registry.url, { settings: { ...scanner, password: 'wrong-password' } });

    expect(verdict).toMatchObject({ status: 'failed', cause: 'authentication-failed' });
    expect(outcomes(report)).toMatchObject({
      '/v2/': 'ok',
      token: 'authentication-failed',
      ...skipped('catalog', 'tags', 'manifest', 'blob'),
    });
    expect(JSON.stringify(report)).not.toContain('wrong-password');
  });

  test.each([
    ['unlisted', 'catalog'],
    ['refused', 'tags'],
  ] as const)('an account that is %s fails at %s', async (username, stage) => {
    const { verdict, report } = await probe(registry?.url ?? '', { settings: { ...scanner, username } });

    expect(verdict).toMatchObject({ status: 'failed', cause: 'permission-denied' });
    expect(outcomes(report)).toMatchObject({ token: 'ok', [stage]: 'permission-denied', manifest: 'skipped' });
  });
});

async function tokenOf(realm: TokenRealm, user: { username: string; password: string }, repositories: string[]) {
  const url = new URL(`${realm.url}/token?service=${realm.service}`);
  for (const name of repositories) url.searchParams.append('scope', `repository:${name}:pull,push`);
  const basic = Buffer.from(`${user.username}:${user.password}`).toString('base64');
  const answer = await fetch(url, { headers: { authorization: `Basic ${basic}` } });
  return ((await answer.json()) as { token: string }).token;
}

describe.skipIf(!available)('the real docker-registry without auth', () => {
  test('an empty one is connected, and nobody knows what its catalog hides; an account was not asked for', async () => {
    const registry = await startDockerRegistry();
    onTestFinished(() => registry.stop());

    const { verdict, report } = await probe(registry.url, { settings: { username: 'unused', password: 'x' } });

    expect(verdict).toEqual({ status: 'connected' });
    expect(outcomes(report)).toMatchObject({ catalog: 'ok', ...skipped('tags', 'manifest', 'blob') });
    expect(spots(report)).toEqual(['catalog-empty', 'account-unused unused']);
  });
});

describe.skipIf(!available || !certificate)('the real docker-registry behind a certificate that nobody signed', () => {
  test('is refused at tls, and read where it is marked insecure', async () => {
    if (!certificate) return expect.unreachable();
    const registry = await startDockerRegistry({ tls: certificate });
    onTestFinished(() => registry.stop());

    const refused = await probe(registry.url);
    const accepted = await probe(registry.url, { settings: { insecure: true } });

    expect(refused.verdict).toMatchObject({ status: 'failed', cause: 'certificate-invalid' });
    expect(outcomes(refused.report)).toMatchObject({ address: 'ok', tls: 'certificate-invalid', '/v2/': 'skipped' });
    expect(accepted.verdict).toEqual({ status: 'connected' });
    expect(outcomes(accepted.report)).toMatchObject({ tls: 'ok', '/v2/': 'ok', token: 'ok', catalog: 'ok' });
    expect(spots(accepted.report)).toContain('certificate-unverified it would be refused');
  });
});

describe('what is in the way', () => {
  test('a dead port', async () => {
    const { verdict, report } = await probe('http://127.0.0.1:1');

    expect(verdict).toMatchObject({ status: 'failed', cause: 'connection-failed' });
    expect(outcomes(report)).toMatchObject({ address: 'ok', '/v2/': 'connection-failed', token: 'skipped' });
    expect(detailOf(report, '/v2/')).toContain('nothing listens there');
  });

  test('a dead port behind https', async () => {
    const { report } = await probe('https://127.0.0.1:1');

    expect(outcomes(report)).toMatchObject({ tls: 'connection-failed', '/v2/': 'skipped' });
  });

  test('a name that does not exist, and one that is a forbidden address', async () => {
    const nowhere = { now: Date.now, resolve: async () => [] };
    const metadata = { now: Date.now, resolve: async () => [{ address: '169.254.169.254', family: 4 }] };

    const gone = await probe('https://registry.invalid', { system: nowhere });
    const forbidden = await probe('https://registry.invalid', { system: metadata });

    expect(outcomes(gone.report)).toMatchObject({ name: 'connection-failed', address: 'skipped', tls: 'skipped' });
    expect(outcomes(forbidden.report)).toMatchObject({ name: 'ok', address: 'address-forbidden', tls: 'skipped' });
    expect(forbidden.verdict).toMatchObject({ status: 'failed', cause: 'address-forbidden' });
  });

  test('a private address where none is allowed', async () => {
    const { report } = await probe('http://127.0.0.1:1', { allowPrivate: false });

    expect(outcomes(report)).toMatchObject({ address: 'address-forbidden', '/v2/': 'skipped' });
  });

  test('a URL that is none', async () => {
    const { verdict, report } = await probe('http://127.0.0.1:1').then(() =>
      probeConnection(
        {
          settings: { type: 'docker', url: 'nonsense', username: '', password: '', insecure: false, speedLimit: 0 },
          network: { allowPrivate: true },
          client: createDistributionClient(
            { type: 'docker', url: 'http://127.0.0.1:1', username: '', password: '', insecure: false, speedLimit: 0 },
            { allowPrivate: true },
          ),
        },
        signal,
      ),
    );

    expect(verdict).toMatchObject({ status: 'failed' });
    expect(outcomes(report)).toMatchObject({ name: 'connection-failed', address: 'skipped' });
  });

  test('a page for people', async () => {
    const server = await serveForTest(
      (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    );

    const { verdict, report } = await probe(server.url);

    expect(verdict).toMatchObject({ status: 'failed', cause: 'not-a-registry' });
    expect(outcomes(report)).toMatchObject({ '/v2/': 'not-a-registry', token: 'skipped' });
  });

  test.each([
    [401, 'permission-denied', 'accepts the sign-in'],
    [403, 'permission-denied', 'accepts the sign-in'],
    [404, 'registry-error', 'no catalog'],
    [500, 'registry-error', '500'],
  ])('a catalog that answers %d is told apart from bad credentials', async (status, cause, message) => {
    const server = await serveForTest((request, response) => {
      if (request.url === '/v2/') sendJson(response, 200, {});
      else sendJson(response, status, {});
    });

    const { verdict, report } = await probe(server.url);

    expect(verdict).toEqual({ status: 'failed', cause, message: expect.stringContaining(message) });
    expect(outcomes(report)).toMatchObject({ token: 'ok', catalog: cause, tags: 'skipped' });
  });

  test('whoever cancels is told so', async () => {
    await expect(probe('http://127.0.0.1:1', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'canceled',
    });
  });

  test('a name server that never answers ends with the time allowed', async () => {
    const silent = { now: Date.now, resolve: () => new Promise<never>(() => {}) };

    const { report } = await probe('https://registry.invalid', { system: silent, signal: AbortSignal.timeout(20) });

    expect(outcomes(report)).toMatchObject({ name: 'connection-failed' });
  });
});

describe('a registry whose answers are scripted', () => {
  const emptyRegistry = (headers: Record<string, string> = {}) =>
    serveForTest((request, response) =>
      sendJson(response, 200, request.url === '/v2/' ? {} : { repositories: [] }, headers),
    );

  test.each([
    [600, 'the registry is 600 s ahead'],
    [-600, 'the registry is 600 s behind'],
  ])('a clock that is off by %d s is a blind spot', async (seconds, words) => {
    const moment = Date.parse('2026-11-25T10:00:00Z');
    const server = await emptyRegistry({ date: new Date(moment + seconds * 1_000).toUTCString() });

    const { report } = await probe(server.url, { system: { resolve: system.resolve, now: () => moment + 500 } });

    expect(spots(report)).toContain(`clock-skew ${words}`);
  });

  test('a clock that is off by a second is none', async () => {
    const { report } = await probe((await emptyRegistry()).url);

    expect(spots(report)).toEqual(['catalog-empty']);
  });

  test('a type that tells of no deletion says so', async () => {
    const { report } = await probe((await emptyRegistry()).url, { settings: { type: 'quay' } });

    expect(spots(report)).toContain('no-delete-events quay');
  });

  test('a repository whose name cannot be, or whose list is broken, does not hide the next one', async () => {
    const server = await serveForTest((request, response) => {
      if (request.url === '/v2/') sendJson(response, 200, {});
      else if (request.url?.startsWith('/v2/_catalog'))
        sendJson(response, 200, { repositories: ['../\u001b[31m', 'broken/a', 'good/a'] });
      else if (request.url?.startsWith('/v2/good/a/tags')) sendJson(response, 200, { tags: ['v1'] });
      else sendJson(response, request.url?.startsWith('/v2/broken') ? 400 : 404, {});
    });

    const { report } = await probe(server.url);

    expect(detailOf(report, 'tags')).toBe('good/a:v1');
    expect(JSON.stringify(report)).not.toContain('u001b');
  });

  test('a broken image is told, and does not make the registry a failed one', async () => {
    const server = await serveForTest((request, response) => {
      if (request.url === '/v2/') sendJson(response, 200, {});
      else if (request.url?.startsWith('/v2/_catalog')) sendJson(response, 200, { repositories: ['app'] });
      else if (request.url?.startsWith('/v2/app/tags'))
        sendJson(response, 200, { tags: [`sha256-${'0'.repeat(64)}.sig`, 'v1'] });
      else sendJson(response, 404, { errors: [{ code: 'MANIFEST_UNKNOWN' }] });
    });

    const { verdict, report } = await probe(server.url);

    expect(verdict).toEqual({ status: 'connected' });
    expect(outcomes(report)).toMatchObject({ tags: 'ok', manifest: 'image-not-found', blob: 'skipped' });
    expect(detailOf(report, 'tags')).toBe('app:v1');
  });
});

describe.skipIf(!certificate)('TLS', () => {
  const serve = () =>
    serveForTest(
      (request, response) => sendJson(response, 200, request.url === '/v2/' ? {} : { repositories: [] }),
      certificate,
    );

  test('a certificate that nobody signed is refused, and shown', async () => {
    const server = await serve();

    const { verdict, report } = await probe(server.url);

    expect(verdict).toMatchObject({ status: 'failed', cause: 'certificate-invalid' });
    expect(outcomes(report)).toMatchObject({ tls: 'certificate-invalid', '/v2/': 'skipped' });
    expect(detailOf(report, 'tls')).toMatch(
      /DEPTH_ZERO_SELF_SIGNED_CERT.*IP Address:127\.0\.0\.1 by plimsoll-test, valid until \d{4}-\d\d-\d\d/,
    );
    expect(server.requests).toEqual([]);
  });

  test('accepted where the registry is marked insecure, with what it costs and how long it lasts', async () => {
    const { verdict, report } = await probe((await serve()).url, { settings: { insecure: true } });

    expect(verdict).toEqual({ status: 'connected' });
    expect(detailOf(report, 'tls')).toContain('not verified (DEPTH_ZERO_SELF_SIGNED_CERT)');
    expect(spots(report)).toEqual([
      'catalog-empty',
      expect.stringMatching(/^certificate-expiring \d{4}-/),
      'certificate-unverified it would be refused',
    ]);
  });

  test('plain http where https is spoken', async () => {
    // Unlike a scripted server it answers what it cannot read, as servers do.
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());

    const { report } = await probe(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);

    expect(outcomes(report)).toMatchObject({ tls: 'connection-failed' });
    expect(detailOf(report, 'tls')).toContain('plain http');
  });
});
