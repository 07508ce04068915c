import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createApiClient } from '../../src/api/client/create-api-client.ts';
import { createTestImage } from '../support/create-test-image.ts';
import { pushImage } from '../support/push-image.ts';
import { pushSleeper } from '../support/push-sleeper.ts';
import { type Containerd, startContainerd } from '../support/start-containerd.ts';
import { type DockerRegistry, hasDockerRegistry, startDockerRegistry } from '../support/start-docker-registry.ts';
import { startKubernetesApi } from '../support/start-kubernetes-api.ts';
import { type Podman, startPodman } from '../support/start-podman.ts';
import { startTestPlimsoll, type TestPlimsoll } from '../support/start-test-plimsoll.ts';
import { waitUntil } from '../support/wait-until.ts';

if (!hasDockerRegistry()) console.warn('SKIPPED: what runs: missing: docker-registry');

describe.skipIf(!hasDockerRegistry())('what runs, through the official SDK', () => {
  let registries: readonly DockerRegistry[] = [];
  beforeAll(async () => {
    registries = await Promise.all([startDockerRegistry(), startDockerRegistry()]);
  });
  afterAll(() => Promise.all(registries.map((registry) => registry.stop())));

  /** A server with both registries synced. */
  async function start(env: Readonly<Record<string, string>> = {}): Promise<TestPlimsoll> {
    const plimsoll = await startTestPlimsoll({
      PLIMSOLL_KEV_URL: 'file:///none',
      PLIMSOLL_ADVISORIES_URL: 'file:///none',
      ...env,
    });
    onTestFinished(() => plimsoll.stop());
    for (const [at, { url }] of registries.entries()) {
      await plimsoll.sdk.AddAssetImageRegistryRegistryDetail({
        Name: `registry-${at}`,
        Username: '',
        Password: '',
        Url: url,
        RegistryType: at === 0 ? 'docker' : 'nexus',
        NetType: 'private',
      });
    }
    return plimsoll;
  }

  /** IsRunning and ContainerCnt of both rows of a repository. */
  async function rowsOf({ sdk }: TestPlimsoll, repository: string) {
    const { List } = await sdk.DescribeAssetImageRegistryList({ Limit: 100 });
    return (List ?? [])
      .filter(({ ImageRepoAddress }) => ImageRepoAddress?.includes(`/${repository}`))
      .map(({ IsRunning, ContainerCnt }) => [IsRunning, ContainerCnt]);
  }
  const untilRows = (plimsoll: TestPlimsoll, repository: string, wanted: readonly unknown[]) =>
    waitUntil(async () => JSON.stringify(await rowsOf(plimsoll, repository)) === JSON.stringify([wanted, wanted]));

  test('in Kubernetes: one image in two registries is two rows; both stop together', async () => {
    const image = createTestImage('kubernetes');
    for (const registry of registries) await pushImage(registry, 'team/k8s', '1', image);
    const api = await startKubernetesApi({ nodes: { n: 'linux/amd64' } });
    onTestFinished(() => api.stop());
    const folder = await mkdtemp(join(tmpdir(), 'plimsoll-kubeconfig-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'config');
    await writeFile(
      path,
      JSON.stringify({
        clusters: [{ name: 'c', cluster: { server: api.url } }],
        contexts: [{ name: 'main', context: { cluster: 'c' } }],
      }),
    );
    const plimsoll = await start({ PLIMSOLL_RUNTIME: `kubernetes:${path}#main` });
    await plimsoll.sdk.SyncAssetImageRegistryAsset({} as never);
    await untilRows(plimsoll, 'team/k8s', [false, 0]);

    const containers = [{ image: 'mirror/app:1', imageID: `mirror/app@${image.manifest.digest}` }];
    api.put({ uid: 'one', node: 'n', containers });
    api.put({ uid: 'two', node: 'n', containers });
    await untilRows(plimsoll, 'team/k8s', [true, 2]);
    api.remove('one');
    await untilRows(plimsoll, 'team/k8s', [true, 1]);
    api.endWatches('broken');
    api.remove('two');
    await untilRows(plimsoll, 'team/k8s', [false, 0]);
  });

  test('as reported by a command, and forgotten by another', async () => {
    const image = createTestImage('reported');
    for (const registry of registries) await pushImage(registry, 'team/told', '1', image);
    const plimsoll = await start();
    await plimsoll.sdk.SyncAssetImageRegistryAsset({} as never);
    await waitUntil(async () => (await rowsOf(plimsoll, 'team/told')).length === 2);
    expect(await rowsOf(plimsoll, 'team/told')).toEqual([
      [null, null],
      [null, null],
    ]);

    const report = join(plimsoll.dataDir, 'report.json');
    const command = (...args: readonly string[]) => runPlimsoll(plimsoll, 'runtime', ...args);
    const tell = async (containers: readonly object[]) => {
      await writeFile(report, JSON.stringify({ source: 'edge-1', containers }));
      await command('report', report);
    };
    await tell([
      { image: 'app', digest: image.config.digest, count: 2 },
      { image: 'registry.example.com/other:1', digest: createTestImage('other').config.digest },
    ]);
    expect(await rowsOf(plimsoll, 'team/told')).toEqual([
      [true, 2],
      [true, 2],
    ]);
    const [source] = JSON.parse(await command('list', '-o', 'json'));
    expect(source).toMatchObject({ name: 'edge-1', fresh: true, containers: 3, images: 2, unlisted: 1, unscanned: 2 });
    expect(await command('list', '--alarms')).toMatch(/never scanned +\S+team\/told:1/);

    await tell([]);
    expect(await rowsOf(plimsoll, 'team/told')).toEqual([
      [false, 0],
      [false, 0],
    ]);
    await command('forget', 'edge-1');
    expect(await rowsOf(plimsoll, 'team/told')).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  test('a report is refused to readers and from the future, and a replayed one changes nothing', async () => {
    const plimsoll = await start();
    const report = (key: Partial<TestPlimsoll['key']>, TakenAt: Date) =>
      createApiClient({ endpoint: plimsoll.url, ...plimsoll.key, ...key }).call('ReportRunningContainers', {
        Source: 'edge-1',
        TakenAt: TakenAt.toISOString(),
        Images: [{ Reference: 'app:1', Count: 1 }],
      });
    const reader = JSON.parse(await runPlimsoll(plimsoll, 'key', 'create', 'eyes', '--role', 'reader', '-o', 'json'));
    const now = Date.now();

    expect(await report({}, new Date(now))).toMatchObject({ Taken: true });
    expect(await report({}, new Date(now - 1_000))).toMatchObject({ Taken: false });
    expect(await report({}, new Date(now - 3_600_000))).toMatchObject({ Taken: false });
    await expect(report({}, new Date(now + 3_600_000))).rejects.toMatchObject({
      code: expect.stringMatching(/^InvalidParameter/),
    });
    await expect(
      report({ secretId: reader.secretId, secretKey: reader.secretKey }, new Date(now)),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^UnauthorizedOperation/) });
    await expect(report({ secretKey: 'not-the-secret-key' }, new Date(now))).rejects.toMatchObject({
      code: expect.stringMatching(/^AuthFailure/),
    });
  });

  describe('in a real Podman', () => {
    let podman: Podman | undefined;
    beforeAll(async () => {
      podman = await startPodman();
    });
    afterAll(() => podman?.stop());

    test('counts follow starts and stops', async ({ skip }) => {
      if (!podman) return skip('podman cannot run containers here');
      for (const { url } of registries) {
        await podman.run('push', '--tls-verify=false', 'localhost/sleeper:1', `${new URL(url).host}/team/sleeper:1`);
      }
      const plimsoll = await start({ PLIMSOLL_RUNTIME: `builder=docker:unix:${podman.socketPath}` });
      await plimsoll.sdk.SyncAssetImageRegistryAsset({} as never);
      await untilRows(plimsoll, 'team/sleeper', [false, 0]);

      await podman.run('run', '--detach', '--name', 'a', 'localhost/sleeper:1');
      await untilRows(plimsoll, 'team/sleeper', [true, 1]);
      await podman.run('run', '--detach', '--name', 'b', 'localhost/sleeper:1');
      await untilRows(plimsoll, 'team/sleeper', [true, 2]);
      await podman.run('stop', '--time', '0', 'a', 'b');
      await untilRows(plimsoll, 'team/sleeper', [false, 0]);
    });
  });

  describe('in a real containerd, through CRI', () => {
    let containerd: Containerd | undefined;
    beforeAll(async () => {
      const [first = ''] = await pushSleeper(registries, 'team/cri-sleeper');
      containerd = await startContainerd(first);
    });
    afterAll(() => containerd?.end());

    test('counts follow starts and stops, over a restart of containerd; containers that hold pods are none', async ({
      skip,
    }) => {
      if (!containerd) return skip('containerd cannot run containers here');
      const plimsoll = await start({ PLIMSOLL_RUNTIME: `node-1=cri:unix:${containerd.socketPath}` });
      await plimsoll.sdk.SyncAssetImageRegistryAsset({} as never);
      await untilRows(plimsoll, 'team/cri-sleeper', [true, 1]);

      await containerd.restart();
      await containerd.start('second');
      await untilRows(plimsoll, 'team/cri-sleeper', [true, 2]);
      await Promise.all([containerd.stop('first'), containerd.stop('second')]);
      await untilRows(plimsoll, 'team/cri-sleeper', [false, 0]);
    });
  });
});

/** The command line, as an operator of this server runs it. */
async function runPlimsoll({ url, dataDir, key }: TestPlimsoll, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['src/cli.ts', ...args], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      PLIMSOLL_ENDPOINT: url,
      PLIMSOLL_DATA_DIR: dataDir,
      PLIMSOLL_SECRET_ID: key.secretId,
      PLIMSOLL_SECRET_KEY: key.secretKey,
    },
  });
  return stdout;
}
