import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { digestOf } from '../../test/support/sample-images.ts';
import { selfSignedCertificate } from '../../test/support/self-signed-certificate.ts';
import {
  type KubernetesApiOptions,
  startKubernetesApi,
  type TestPod,
} from '../../test/support/start-kubernetes-api.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import type { RunningImage } from '../model/running-image.ts';
import { createKubernetesSource } from './kubernetes.ts';

const container = (seed: string, state?: object) => ({
  image: `registry.example.com/${seed}:1`,
  imageID: `registry.example.com/${seed}@${digestOf(seed)}`,
  ...(state ? { state } : {}),
});
const pod = (uid: string, ...seeds: readonly string[]): TestPod => ({
  uid,
  node: 'node-1',
  containers: seeds.map((seed) => container(seed)),
});

async function kubeconfig(
  url: string,
  user: object = { token: 'secret-token' },
  cluster: object = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-kubeconfig-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'config');
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'main',
    clusters: [
      { name: 'real', cluster: { server: url, ...cluster } },
      { name: 'nowhere', cluster: { server: 'http://127.0.0.1:1' } },
    ],
    users: [{ name: 'reader', user }],
    contexts: [
      { name: 'main', context: { cluster: 'nowhere', user: 'reader' } },
      { name: 'staging', context: { cluster: 'real', user: 'reader' } },
    ],
  };
  await writeFile(path, JSON.stringify(content));
  return path;
}

/** A cluster that is followed; `seen` is what was reported last, as containers by seed, or undefined. */
async function follow(options: KubernetesApiOptions = {}, pods: readonly TestPod[] = []) {
  const api = await startKubernetesApi({ token: 'secret-token', nodes: { 'node-1': 'linux/amd64' }, ...options });
  onTestFinished(() => api.stop());
  for (const each of pods) api.put(each);
  const source = createKubernetesSource('staging', { kubeconfig: await kubeconfig(api.url), context: 'staging' });
  const stopping = new AbortController();
  let last: readonly RunningImage[] | undefined;
  const ended = source.follow(async (images) => {
    last = images;
  }, stopping.signal);
  ended.catch(() => {});
  onTestFinished(() => stopping.abort());
  const until = (wanted: Readonly<Record<string, number>>) =>
    waitUntil(async () => last && JSON.stringify(counts(last)) === JSON.stringify(wanted));
  return { api, ended, stopping, until, last: () => last };
}

const counts = (images: readonly RunningImage[]) =>
  Object.fromEntries(
    images
      .map(({ reference, containers }) => [reference.replace(/^.*\/|:1$/g, ''), containers] as const)
      .toSorted(([a], [b]) => a.localeCompare(b)),
  );

test('counts follow starts and stops, page by page at first', async () => {
  const pods = Array.from({ length: 7 }, (_, at) => pod(`p${at}`, 'app'));
  const { api, until, last } = await follow({ page: 3 }, pods);
  await until({ app: 7 });
  expect(last()).toEqual([
    {
      digests: [digestOf('app')],
      reference: 'registry.example.com/app:1',
      platform: 'linux/amd64',
      containers: 7,
    },
  ]);

  api.put(pod('p8', 'app', 'side'));
  await until({ app: 8, side: 1 });
  api.remove('p8');
  api.put({ ...pod('p0', 'app'), phase: 'Succeeded' });
  await until({ app: 6 });
  expect(
    api.requests.filter(({ url }) => url.includes('limit=')),
    'one list of three pages',
  ).toHaveLength(3);
});

test('only what runs counts, whatever kind of container it is', async () => {
  const states = [{ waiting: { reason: 'CrashLoopBackOff' } }, { terminated: { exitCode: 1 } }, {}];
  const { until } = await follow({}, [
    { uid: 'a', containers: [container('app'), ...states.map((state) => container('other', state))] },
    { uid: 'b', phase: 'Pending', init: [container('setup')], containers: [container('app', { waiting: {} })] },
  ]);

  await until({ app: 1, setup: 1 });
});

test('a watch that ends, or breaks in order, goes on where it was', async () => {
  const { api, until } = await follow({}, [pod('a', 'app')]);
  await until({ app: 1 });
  await waitUntil(async () => api.watches === 1);
  api.endWatches('in order');
  api.put(pod('b', 'app'));

  await until({ app: 2 });
  expect(api.requests.filter(({ url }) => url.includes('limit='))).toHaveLength(1);
});

test.for(['as an event', 'as the status'] as const)(
  'a version that is too old, told %s, is answered by a new list',
  async (how) => {
    const { api, until } = await follow({}, [pod('a', 'app')]);
    await until({ app: 1 });
    await waitUntil(async () => api.watches === 1);
    if (how === 'as the status') api.refuse(410);
    api.endWatches(how === 'as the status' ? 'in order' : 'expired');
    api.put(pod('b', 'side'));
    api.compact();

    await until({ app: 1, side: 1 });
    api.refuse(undefined);
    await waitUntil(async () => api.watches === 1);
    api.remove('a');
    await until({ side: 1 });
  },
);

test('a bookmark moves on where a later watch begins', async () => {
  const { api, until } = await follow({}, [pod('a', 'app')]);
  await until({ app: 1 });
  await waitUntil(async () => api.watches === 1);
  api.bookmark();
  api.compact();
  api.bookmark();
  api.endWatches('in order');
  api.put(pod('b', 'app'));

  await until({ app: 2 });
  expect(api.requests.filter(({ url }) => url.includes('limit='))).toHaveLength(1);
});

test('a broken connection fails, so that the source is connected to again', async () => {
  const { api, until, ended } = await follow({}, [pod('a', 'app')]);
  await until({ app: 1 });
  await waitUntil(async () => api.watches === 1);
  api.endWatches('broken');

  await expect(ended).rejects.toMatchObject({ code: 'connection-failed', message: expect.stringContaining('staging') });
});

test('who may not read nodes still sees what runs, of whatever platform', async () => {
  const api = await startKubernetesApi();
  onTestFinished(() => api.stop());
  const { until, last } = await follow({ nodes: undefined as never }, [pod('a', 'app')]);

  await until({ app: 1 });
  expect(last()?.[0]).not.toHaveProperty('platform');
});

test('an abort ends it at once', async () => {
  const { until, stopping, ended } = await follow({}, [pod('a', 'app')]);
  await until({ app: 1 });
  stopping.abort();

  await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
});

describe('a kubeconfig', () => {
  const start = async (options: KubernetesApiOptions, user?: object, cluster?: object, context = 'staging') => {
    const api = await startKubernetesApi(options);
    onTestFinished(() => api.stop());
    api.put(pod('a', 'app'));
    const source = createKubernetesSource('k', { kubeconfig: await kubeconfig(api.url, user, cluster), context });
    const stopping = new AbortController();
    onTestFinished(() => stopping.abort());
    const reported = Promise.withResolvers<readonly RunningImage[]>();
    const ended = source.follow(async (images) => reported.resolve(images), stopping.signal);
    return Promise.race([reported.promise, ended]);
  };

  test('may have a token of its own, and a cluster of its own authority', async ({ skip }) => {
    const tls = selfSignedCertificate();
    if (!tls) return skip();
    const ca = { 'certificate-authority-data': Buffer.from(tls.cert).toString('base64') };

    expect(await start({ tls, token: 't' }, { token: 't' }, ca)).toHaveLength(1);
    await expect(start({ tls, token: 't' }, { token: 't' })).rejects.toMatchObject({ code: 'connection-failed' });
    expect(await start({ tls }, {}, { 'insecure-skip-tls-verify': true })).toHaveLength(1);
  });

  test.for([
    ['a wrong token', { token: 'wrong' }, 'staging', /HTTP 401/],
    ['another context', {}, 'missing', /has no context "missing"/],
    ['a program to sign in with', { exec: { command: 'aws' } }, 'staging', /give it a token/],
    ['a missing file', { tokenFile: 'none' }, 'staging', /cannot be read from/],
  ] as const)('with %s says what to do, without the token', async ([, user, context, message]) => {
    const failure = start({ token: 'right' }, user, {}, context);

    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.not.toThrow(/wrong$|right/);
  });
});
