import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildImage } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import type { Cause } from '../../src/model/cause.ts';
import { openScanLab, openScanTools, type ScanLab } from '../support/open-scan-lab.ts';
import { openTestClient } from '../support/open-test-client.ts';
import { pushImage } from '../support/push-image.ts';
import { sampleRegistry } from '../support/sample-images.ts';
import { type DockerRegistry, hasDockerRegistry, startDockerRegistry } from '../support/start-docker-registry.ts';
import { type Fault, type FaultyProxy, startFaultyProxy } from '../support/start-faulty-proxy.ts';
import { startTokenRealm, type TokenRealm } from '../support/start-token-realm.ts';
import { toPushed } from '../support/to-pushed.ts';

// Every fault of the network in every phase of a walk and a scan of a real registry that hands out tokens. Each ends with the calm
// run's images and findings when the fault is over; while it lasts, in a failure that says what is the matter.
// PLIMSOLL_FAULT_MATRIX=full tries all of them; without it, one of each phase, and of each fault but the trickle.

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const FULL = process.env.PLIMSOLL_FAULT_MATRIX === 'full';
const never = new AbortController().signal;
const user = { username: 'robot', password: randomBytes(8).toString('hex') };
/** Short, because a silence is waited for; waits between tries take no time. */
const limits = {
  connectTimeout: 500,
  headersTimeout: 300,
  bodyTimeout: 300,
  answerTimeout: 1_000,
  attempts: 2,
  blobRate: 20_000,
  blobRateWindow: 400,
};

const faults: Readonly<Record<string, Fault>> = {
  silence: { kind: 'stall' },
  delay: { kind: 'delay', milliseconds: 100 },
  'an end after 500 bytes': { kind: 'truncate', bytes: 500 },
  'a reset after 500 bytes': { kind: 'reset', bytes: 500 },
  'a trickle': { kind: 'trickle', bytes: 20, milliseconds: 50 },
  garbage: { kind: 'garbage', bytes: 0 },
  'garbage after 500 bytes': { kind: 'garbage', bytes: 500 },
};
const phases: Readonly<Record<string, RegExp>> = {
  token: /^GET /,
  catalog: /_catalog|\/tags\/list/,
  manifest: /\/manifests\//,
  blob: /\/blobs\//,
};
/** What such a fault may be called: the connection, what it delivered, or that it is none of a registry. */
const fitting: readonly Cause[] = [
  'connection-failed',
  'registry-error',
  'registry-slow',
  'not-a-registry',
  'blob-corrupt',
  'layer-corrupt',
  'authentication-failed',
];
const cells = Object.keys(faults).flatMap((fault) => Object.keys(phases).map((phase) => ({ fault, phase })));
/** The diagonal; a trickle is waited for longest. */
const chosen = FULL ? cells : cells.filter((_, at) => at % 5 === 0);

const tools = openScanTools();
let realm: TokenRealm | undefined;
let realmProxy: FaultyProxy;
let registry: DockerRegistry | undefined;
let registryProxy: FaultyProxy;
let lab: ScanLab;

beforeAll(async () => {
  if (!hasDockerRegistry()) return console.warn('SKIPPED: faults of the network: docker-registry is not installed');
  realm = await startTokenRealm([user], () => ['pull', 'push', '*']);
  if (!realm) return console.warn('SKIPPED: faults of the network: openssl is not installed');
  realmProxy = await startFaultyProxy(Number(new URL(realm.url).port));
  registry = await startDockerRegistry({ realm: { ...realm, url: `http://127.0.0.1:${realmProxy.port}` } });
  registryProxy = await startFaultyProxy(Number(new URL(registry.url).port));
  const token = async (scope: string) => {
    const authorization = `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`;
    const query = new URLSearchParams({ service: realm?.service ?? '', scope });
    const answer = await fetch(`${realm?.url}/?${query}`, { headers: { authorization } });
    return ((await answer.json()) as { token: string }).token;
  };
  for (const [at, name] of ['team/app', 'team/web'].entries()) {
    const top = layer()
      .file('node_modules/minimist/package.json', `{"name":"minimist","version":"0.0.${at}"}`)
      .file('data.bin', randomBytes(30_000))
      .gzip();
    const image = buildImage({ created: '2026-01-01T00:00:00Z', layers: [top] });
    await pushImage(
      { url: registry.url, token: await token(`repository:${name}:pull,push`) },
      name,
      'v1',
      toPushed(image),
    );
  }
});
beforeEach(async (context) => {
  if (!registry) return context.skip('docker-registry or openssl is not installed');
  lab = await openScanLab(tools);
  await lab.publish({ minimist: '0.2.1' });
  const url = `http://127.0.0.1:${registryProxy.port}`;
  await lab.store.registries.add(sampleRegistry('lab', { url, ...user }));
});
afterEach(async () => {
  realmProxy?.set({ kind: 'none' });
  registryProxy?.set({ kind: 'none' });
  await lab?.close();
});
afterAll(async () => {
  await tools.close();
  await registryProxy?.stop();
  await realmProxy?.stop();
  await registry?.stop();
  await realm?.stop();
});

/** A new session, that has no token yet. */
function connectAnew(): void {
  const url = `http://127.0.0.1:${registryProxy.port}`;
  const client = openTestClient(url, { settings: user, limits });
  lab.intercept(() => client);
}

async function walk() {
  await lab.sync({ id: 0, kind: 'sync', registryId: 1, attempt: 1 }, never);
  return lab.store.registries.get(1);
}

async function scan(): Promise<void> {
  await lab.store.authorizations.authorize({ selection: { all: true }, cap: 100, type: 'manual' });
  await lab.store.tasks.create({ kinds: ['vulnerability'], selection: { all: true }, createdBy: 'key' });
  for (;;) {
    const job = await lab.store.jobs.claim('w', lab.clock.now, 60_000);
    if (!job) return;
    const outcome = await lab.scan(job, never);
    if (outcome.done) await lab.store.jobs.complete(job.id, 'w');
    else await lab.store.jobs.retry(job.id, 'w', outcome.retryAt);
    lab.clock.now = new Date(lab.clock.now.getTime() + 60_000);
  }
}

async function rows() {
  const query = { conditions: [], latestOnly: false, runningOnly: false, offset: 0, limit: 100 };
  const { rows } = await lab.store.images.list({ ...query, sort: { key: 'id', direction: 'asc' } });
  return rows.toSorted((a, b) => a.address.localeCompare(b.address));
}

const found = async () =>
  (await rows()).map(({ address, tag, digest, scanStatus, summary }) => ({
    image: `${address.replace(/^[^/]*/, '')}:${tag}`,
    digest,
    scanStatus,
    packages: summary.packages,
    vulnerabilities: summary.vulnerabilities,
  }));

describe('the network to a registry', () => {
  let calm: Awaited<ReturnType<typeof found>>;

  test('without a fault', async () => {
    connectAnew();
    await walk();
    await scan();
    calm = await found();
    expect(calm).toHaveLength(2);
    for (const image of calm) expect(image).toMatchObject({ scanStatus: 'scanned', packages: 1, vulnerabilities: 1 });
  });

  test.each(chosen)('$fault in the phase $phase', async ({ fault, phase }) => {
    const proxy = phase === 'token' ? realmProxy : registryProxy;
    const before = proxy.faults();
    const breakIt = () => proxy.set(faults[fault] ?? { kind: 'none' }, phases[phase]);
    const mend = () => proxy.set({ kind: 'none' });

    connectAnew();
    breakIt();
    const during = await walk();
    // It was listed as a whole, or says why not: a repository that could not be read, or the registry.
    if (during?.syncStatus === 'failed') expect(fitting).toContain(during.connectionCause);
    else if ((await rows()).length < calm.length) expect(during?.syncMessage).toMatch(/Could not be read/);
    mend();
    connectAnew();
    expect(await walk()).toMatchObject({ syncStatus: 'succeeded', syncMessage: '' });

    connectAnew();
    breakIt();
    await scan();
    for (const { scanStatus, summary } of await rows())
      if (scanStatus !== 'scanned') expect(fitting).toContain(summary.vulnerability.cause);
    mend();
    connectAnew();
    await scan();
    expect(await found()).toEqual(calm);
    expect(proxy.faults()).toBeGreaterThan(before);
  });
});
