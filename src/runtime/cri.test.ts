import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { status } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import { digestOf } from '../../test/support/sample-images.ts';
import { type CriServer, type CriServerOptions, startCri } from '../../test/support/start-cri.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import type { RunningImage } from '../model/running-image.ts';
import { createCriSource } from './cri.ts';

// What a real containerd says is in test/e2e/what-runs.test.ts; here is what it does not say at will.

const containerd2 = { runtimeName: 'containerd', runtimeVersion: 'v2.1.4' };

async function open(options: CriServerOptions): Promise<CriServer> {
  const cri = await startCri(options);
  onTestFinished(() => cri.stop());
  return cri;
}

function follow(socketPath: string) {
  const stopping = new AbortController();
  onTestFinished(() => stopping.abort());
  const seen: (readonly RunningImage[])[] = [];
  const ended = createCriSource('node-1', socketPath).follow(async (images) => {
    seen.push(images);
  }, stopping.signal);
  ended.catch(() => {});
  return { seen, ended, stopping };
}

const containers = (seed: string, count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `${seed}-${at}`, imageRef: digestOf(seed) }));

test('an image is known by the digests of its config and of its manifests, however its runtime names it', async () => {
  const hex = digestOf('crio-config').slice('sha256:'.length);
  const cri = await open({
    ...containerd2,
    info: JSON.stringify({ imageSpec: { os: 'linux', architecture: 'arm64', rootfs: {} } }),
    images: {
      [digestOf('config')]: {
        id: digestOf('config'),
        repoTags: ['registry.example.com/app:1'],
        repoDigests: [`registry.example.com/app@${digestOf('index')}`],
      },
      [hex]: { id: hex, repoDigests: [`quay.io/app@${digestOf('manifest')}`] },
    },
  });
  cri.containers = [
    { id: 'a', imageRef: digestOf('config'), image: { image: digestOf('config') } },
    { id: 'b', imageRef: digestOf('config'), image: { image: digestOf('config') } },
    {
      id: 'c',
      imageRef: `quay.io/app@${digestOf('index-2')}`,
      imageId: hex,
      image: { image: hex, userSpecifiedImage: 'quay.io/app:2' },
    },
    { id: 'd', imageRef: digestOf('removed'), image: { image: 'registry.example.com/old:1' } },
    { id: 'e', imageRef: 'localhost/nameless:1', image: { image: 'localhost/nameless:1' } },
    { id: 'f', imageRef: digestOf('config'), state: 'CONTAINER_EXITED' },
  ];
  const { seen } = follow(cri.socketPath);

  await waitUntil(async () => seen.length > 0);
  expect(seen[0]).toEqual([
    {
      digests: [digestOf('config'), digestOf('index')],
      reference: 'registry.example.com/app:1',
      platform: 'linux/arm64',
      containers: 2,
    },
    {
      digests: [digestOf('crio-config'), digestOf('index-2'), digestOf('manifest')],
      reference: 'quay.io/app:2',
      platform: 'linux/arm64',
      containers: 1,
    },
    { digests: [digestOf('removed')], reference: 'registry.example.com/old:1', containers: 1 },
    { digests: [], reference: 'localhost/nameless:1', containers: 1 },
  ]);
});

test.for(['{', '{"imageSpec": 1}', '{"imageSpec": {"os": "", "architecture": "amd64"}}', 'x'.repeat(5_000_000)])(
  'what is told of an image beside it may be anything',
  async (info) => {
    const cri = await open({ ...containerd2, info, images: { [digestOf('app')]: { id: digestOf('app') } } });
    cri.containers = containers('app', 1);
    const { seen } = follow(cri.socketPath);

    await waitUntil(async () => seen.length > 0);
    expect(seen[0]).toEqual([{ digests: [digestOf('app')], reference: digestOf('app'), containers: 1 }]);
  },
);

test('starts and stops are followed as events tell them, without looking in between', async () => {
  const cri = await open(containerd2);
  const { seen } = follow(cri.socketPath);
  await waitUntil(async () => cri.streams.size === 1);
  for (let count = 1; count <= 10; count++) {
    cri.containers = containers('app', count);
    cri.tellEvent();
    await waitUntil(async () => seen.at(-1)?.[0]?.containers === count);
  }

  expect(cri.listsAsked - seen.length).toBeLessThanOrEqual(1);
});

test('a burst of events costs few lists, and each image is looked at once', async () => {
  const cri = await open(containerd2);
  cri.containers = containers('app', 1);
  const { seen } = follow(cri.socketPath);
  await waitUntil(async () => seen.length > 0 && cri.streams.size === 1);
  cri.containers = containers('app', 50);
  for (let at = 0; at < 50; at++) cri.tellEvent();

  await waitUntil(async () => seen.at(-1)?.[0]?.containers === 50);
  expect(seen.length).toBeLessThan(25);
  expect(cri.imagesAsked).toEqual([digestOf('app')]);
});

const withoutEvents: Readonly<Record<string, CriServerOptions>> = {
  'containerd before events': { ...containerd2, runtimeVersion: '1.6.20~ds1', events: status.UNIMPLEMENTED },
  'containerd 1.7, whose events are for one listener': { ...containerd2, runtimeVersion: 'v1.7.28' },
  'CRI-O 1.26, the same': { runtimeName: 'cri-o', runtimeVersion: '1.26.1' },
  'CRI-O without enable_pod_events': { runtimeName: 'cri-o', runtimeVersion: '1.34.0', events: 'ended' },
  'another that has none': { runtimeName: 'docker', runtimeVersion: '28.0.0', events: status.UNIMPLEMENTED },
  'another that refuses': { runtimeName: 'other', runtimeVersion: '', events: status.UNKNOWN },
};

test('where nobody tells us, starts and stops are found by looking, and no stream is left open', async () => {
  const found = await Promise.all(
    Object.entries(withoutEvents).map(async ([name, options]) => {
      const cri = await open(options);
      const { seen } = follow(cri.socketPath);
      await waitUntil(async () => seen.length > 0);
      cri.containers = containers('app', 2);
      await waitUntil(async () => seen.at(-1)?.[0]?.containers === 2);
      cri.containers = [];
      await waitUntil(async () => seen.at(-1)?.length === 0);
      return [name, cri.streams.size];
    }),
  );

  expect(found).toEqual(Object.keys(withoutEvents).map((name) => [name, 0]));
});

test('a runtime that goes away is an end of the connection, by its word or without', async () => {
  const cri = await open(containerd2);
  const told = follow(cri.socketPath);
  await waitUntil(async () => cri.streams.size === 1);
  cri.failStreams(status.UNAVAILABLE);
  await expect(told.ended).rejects.toMatchObject({ code: 'connection-failed' });

  const untold = follow(cri.socketPath);
  await waitUntil(async () => untold.seen.length > 0);
  await cri.stop();
  await expect(untold.ended).rejects.toMatchObject({ code: 'connection-failed' });
});

test('who stops following leaves nothing open', async () => {
  const cri = await open(containerd2);
  const { ended, stopping } = follow(cri.socketPath);
  await waitUntil(async () => cri.streams.size === 1);
  stopping.abort();

  await expect(ended).rejects.toThrow(/abort/);
  await waitUntil(async () => cri.streams.size === 0);
});

test('nobody there, and a runtime without CRI, are failures that say what to do', async () => {
  await expect(follow('/nowhere/containerd.sock').ended).rejects.toThrow(
    'node-1 cannot be reached: Error: connect ENOENT /nowhere/containerd.sock. Does the runtime run, and is this the path of its socket?',
  );
  const { socketPath } = await open({ ...containerd2, speaksCri: false });
  await expect(follow(socketPath).ended).rejects.toThrow(/does not speak CRI v1: .*disabled_plugins/);
});

test.for<[string, CriServerOptions['rawList'], string]>([
  ['no message', Buffer.from('ffffffffffff', 'hex'), 'connection-failed'],
  ['a longer answer than is read', Buffer.alloc(17 * 1024 * 1024), 'limit-exceeded'],
])('%s is refused whole', async ([, rawList, code]) => {
  const { ended, seen } = follow((await open({ ...containerd2, ...(rawList && { rawList }) })).socketPath);

  await expect(ended).rejects.toMatchObject({ code, message: expect.stringContaining('node-1 answered') });
  expect(seen).toEqual([]);
});

test('a name longer than any reference is refused whole', async () => {
  const cri = await open(containerd2);
  cri.containers = [...containers('app', 1), { id: 'b', imageRef: 'x'.repeat(2_000) }];
  const { ended, seen } = follow(cri.socketPath);

  await expect(ended).rejects.toThrow(/unexpected shape \(containers\.1\.imageRef\)/);
  expect(seen).toEqual([]);
});

test('gRPC is loaded by who watches such a runtime, and by nobody else', async () => {
  const script = `
    const { cache } = process.getBuiltinModule('node:module').createRequire('/');
    const isLoaded = () => Object.keys(cache).some((path) => path.includes('@grpc'));
    await import('./src/main/create-runtime-sources.ts');
    const { createCriSource } = await import('./src/runtime/cri.ts');
    const before = isLoaded();
    await createCriSource('x', '/nowhere').follow(async () => {}, new AbortController().signal).catch(() => {});
    console.log(JSON.stringify([before, isLoaded()]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);

  expect(JSON.parse(stdout)).toEqual([false, true]);
});
