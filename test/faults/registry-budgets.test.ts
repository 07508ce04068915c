import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createDistributionClient } from '../../src/registries/distribution/create-distribution-client.ts';
import { createTestImage, toContent } from '../support/create-test-image.ts';
import { openTestStore, postgresEngine, type StoreEngine } from '../support/open-test-store.ts';
import { pushBlob, pushImage } from '../support/push-image.ts';
import { sampleRegistry } from '../support/sample-images.ts';
import { type DockerRegistry, hasDockerRegistry, startDockerRegistry } from '../support/start-docker-registry.ts';
import { type LimitingProxy, type ProxyRule, startLimitingProxy } from '../support/start-limiting-proxy.ts';
import { type SdkClient, startTestPlimsoll } from '../support/start-test-plimsoll.ts';
import { waitUntil } from '../support/wait-until.ts';

vi.setConfig({ testTimeout: 180_000 });

const available = hasDockerRegistry();
if (!available) console.warn('SKIPPED: docker-registry is not installed, so budgets are not proved against a real one');

const run = promisify(execFile);
const MANIFEST = /\/manifests\//;
const BLOB = /\/blobs\//;
const IMAGES = 8;
const large = toContent('application/octet-stream', randomBytes(200_000));

describe.skipIf(!available)('a real registry behind a gateway that limits', () => {
  let registry: DockerRegistry;
  let engine: StoreEngine | undefined;
  let proxy: LimitingProxy | undefined;
  const through = async (rule: (path: string, count: number) => ProxyRule) => {
    await proxy?.stop();
    proxy = await startLimitingProxy(registry.url, rule);
    return proxy;
  };

  beforeAll(async () => {
    registry = await startDockerRegistry();
    engine = await postgresEngine();
    await pushImage({ url: registry.url }, 'team/app', 'v1', createTestImage('v1'));
    await pushBlob({ url: registry.url }, 'team/app', large);
    for (let index = 0; index < IMAGES; index += 1) {
      // Tars of different lengths: no layer is shared.
      const image = createTestImage(`app-${index}`, [Buffer.alloc(10_240 + 512 * index)]);
      await pushImage({ url: registry.url }, `apps/app-${index}`, 'v1', image);
    }
  });
  afterAll(async () => {
    await proxy?.stop();
    await registry?.stop();
    await engine?.stop();
  });

  describe('and two processes on one PostgreSQL', () => {
    const open = async (context: { skip: (reason: string) => void }, url: string) => {
      if (!engine) {
        context.skip('PostgreSQL is not installed');
        throw new Error('skipped');
      }
      const opened = await openTestStore(engine);
      opened.clock.now = new Date();
      const { id } = await opened.store.registries.add(sampleRegistry('limited', { url, username: '', password: '' }));
      return { ...opened, id };
    };

    test('stay within what people allow, together', async (context) => {
      const { url } = await through(() => ({}));
      const opened = await open(context, url);
      await opened.store.budgets.setLimits(opened.id, { requests: { amount: 64, windowMs: 3_600_000 } });

      const [first, second] = await Promise.all([ask(opened.url, opened.id, 60), ask(opened.url, opened.id, 60)]);

      expect(proxy?.served).toHaveLength(first.answered + second.answered);
      expect(first.answered + second.answered).toBeLessThanOrEqual(64);
      // What one process has drawn and not used when the other gives up is given back, not lost.
      expect(first.answered + second.answered).toBeGreaterThanOrEqual(62);
      expect([first.ended, second.ended].some((end) => end.startsWith('budget-spent'))).toBe(true);
      await opened.store.close();
    });

    test('learn from Docker Hub’s headers and stop when nothing is left', async (context) => {
      let left = 40;
      const { url } = await through((path) => {
        if (!MANIFEST.test(path)) return {};
        left -= 1;
        const headers = { 'ratelimit-limit': '40;w=21600', 'ratelimit-remaining': `${Math.max(left, 0)};w=21600` };
        return left < 0 ? { status: 429, headers } : { headers };
      });
      const opened = await open(context, url);

      const ends = await Promise.all([ask(opened.url, opened.id, 60), ask(opened.url, opened.id, 60)]);

      // Answers that cross on their way may leave one request too many between two processes; it is refused and waits.
      expect(proxy?.served.filter(({ status }) => status === 429).length).toBeLessThanOrEqual(1);
      expect(ends[0].answered + ends[1].answered).toBeLessThanOrEqual(40);
      expect(ends[0].answered + ends[1].answered).toBeGreaterThanOrEqual(36);
      for (const { ended } of ends) expect(ended).toMatch(/^(budget-spent|rate-limited)/);
      await opened.store.close();
    });

    test('both wait when one of them is asked to', async (context) => {
      const { url } = await through((path) =>
        MANIFEST.test(path) ? { status: 429, headers: { 'retry-after': '3600' } } : {},
      );
      const opened = await open(context, url);

      const first = await ask(opened.url, opened.id, 5);
      const second = await ask(opened.url, opened.id, 5);

      expect(first).toMatchObject({ answered: 0, ended: expect.stringMatching(/^rate-limited/) });
      expect(second).toMatchObject({ answered: 0, ended: expect.stringMatching(/^budget-spent/) });
      expect(proxy?.served).toHaveLength(1);
      await opened.store.close();
    });
  });

  test('a sync and its scans go on over several windows, others go on meanwhile, and the list says what waits', async () => {
    const { url } = await through(() => ({}));
    const plimsoll = await startTestPlimsoll({ PLIMSOLL_ADVISORIES_URL: 'file:///nowhere' });
    onTestFinished(() => plimsoll.stop());
    const { sdk, dataDir } = plimsoll;
    for (const [Name, Url] of [
      ['limited', url],
      ['free', registry.url],
    ] as const) {
      await sdk.AddAssetImageRegistryRegistryDetail({ ...newRegistry, Name, Url });
    }
    // Not the variables of the test run itself, among which are settings that do not exist.
    const { stdout: shown } = await run(process.execPath, cli('registry', 'budget', 'limited', '--requests', '12/4s'), {
      env: { PATH: process.env.PATH, PLIMSOLL_DATA_DIR: dataDir },
    });
    expect(shown).toMatch(/requests +12 +4 s +12/);
    const waited = new Set<string>();
    const registries = async () => {
      const { List = [] } = await sdk.DescribeAssetImageRegistryRegistryList({});
      const detail = List.find(({ Name }) => Name === 'limited')?.ConnDetectDetail?.[0];
      waited.add(`${detail?.ConnDetectStatus} ${detail?.ConnDetectMessage}`);
      if (detail?.ConnDetectMessage === 'BudgetSpent') expect(detail.Solution).toContain('plimsoll registry budget');
      return List.filter(({ SyncStatus }) => SyncStatus === 'success').map(({ Name }) => Name);
    };

    await sdk.SyncAssetImageRegistryAsset({ All: true });
    expect(await waitUntil(async () => (await registries()).length > 0 && registries())).toEqual(['free']);
    await waitUntil(async () => (await registries()).length === 2);

    expect(waited).toContain('status_connected BudgetSpent');
    expect((await sdk.DescribeAssetImageRegistryList({ Limit: 100 })).TotalCount).toBe(2 * (IMAGES + 1));
    // The walk went on where it had stopped: next to no tag was read twice.
    const manifests = proxy?.served.filter(({ path }) => MANIFEST.test(path)).map(({ path }) => path) ?? [];
    expect(manifests.length - new Set(manifests).size).toBeLessThanOrEqual(4);

    await sdk.RemoveAssetImageRegistryRegistryDetail({ RegistryId: await idOf(sdk, 'free') });
    await sdk.ModifyImageAuthorized({ ...everyRegistryImage });
    waited.clear();
    const { TaskID = 0 } = await sdk.CreateAssetImageRegistryScanTask({ All: true, ScanType: ['RISK'] });
    const task = await waitUntil(async () => {
      await registries();
      const state = await sdk.DescribeAssetImageRegistryScanStatusOneKey({ TaskID });
      return state.Status !== 'SCANNING' && state.Status !== 'NOT_SCAN' && state;
    });

    expect(waited).toContain('status_connected BudgetSpent');
    expect(task).toMatchObject({ Status: 'SCANNED', ImageTotal: IMAGES + 1, SuccessCount: IMAGES + 1 });
  });

  test('a blob that trickles is given up, one whose reader is slow is not', async () => {
    const { url } = await through((path) => (BLOB.test(path) ? { bytesPerSecond: 100 } : {}));
    const limits = { blobRate: 10_000, blobRateWindow: 400 };
    const settings = { type: 'docker', url, username: '', password: '', insecure: false, speedLimit: 0 };
    const client = createDistributionClient(settings, { allowPrivate: true }, { limits });

    const { stream } = await client.blob('team/app', large.digest, new AbortController().signal);

    await expect(stream.toArray()).rejects.toMatchObject({ code: 'registry-slow', retryable: true });
    const quick = createDistributionClient({ ...settings, url: registry.url }, { allowPrivate: true }, { limits });
    const unread = await quick.blob('team/app', large.digest, new AbortController().signal);
    await sleep(1_000);
    expect(Buffer.concat(await unread.stream.toArray())).toEqual(large.body);
    await client.close();
    await quick.close();
  });
});

const cli = (...words: readonly string[]) => [resolve('src/cli.ts'), ...words];

const newRegistry = {
  Username: '',
  Password: '',
  RegistryType: 'docker',
  NetType: 'public',
  RegistryVersion: '',
  RegistryRegion: 'default',
};
const everyRegistryImage = {
  AllLocalImages: false,
  AllRegistryImages: true,
  UpdatedLocalImageCnt: 0,
  UpdatedRegistryImageCnt: 100,
  ImageSourceType: 'ASSETIMAGE',
};

async function idOf(sdk: SdkClient, name: string): Promise<number> {
  const { List = [] } = await sdk.DescribeAssetImageRegistryRegistryList({});
  return List.find(({ Name }) => Name === name)?.RegistryId ?? 0;
}

/** What a process of its own got from the registry. */
async function ask(url: string, registryId: number, most: number): Promise<{ answered: number; ended: string }> {
  const child = spawn(
    process.execPath,
    [resolve('test/support/budget-process.ts'), url, String(registryId), String(most)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  return (await json(child.stdout)) as { answered: number; ended: string };
}
