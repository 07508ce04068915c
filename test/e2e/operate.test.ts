import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { startWorker } from '../../src/main.ts';
import { postgresEngine } from '../support/open-test-store.ts';
import { hasPromtool, promtool } from '../support/promtool.ts';
import { lodashAdvisory } from '../support/sample-advisories.ts';
import { startScanOfAll } from '../support/start-scan-of-all.ts';
import { startTestPlimsoll, type TestPlimsoll } from '../support/start-test-plimsoll.ts';
import { toServedRepository } from '../support/to-served-repository.ts';
import { waitForScan } from '../support/wait-for-scan.ts';
import { waitUntil } from '../support/wait-until.ts';
import { writeAdvisoryZip } from '../support/write-zip.ts';

if (!hasPromtool()) console.warn('SKIPPED: what promtool says of /metrics; missing: promtool');

const shared = layer().file('shared', randomBytes(50_000)).gzip();
const own = layer().file('own', 'of the second image').gzip();
const images = [
  { tag: '1', image: buildImage({ created: '2026-01-01T00:00:00Z', layers: [shared] }) },
  { tag: '2', image: buildImage({ created: '2026-01-02T00:00:00Z', layers: [shared, own] }) },
];

let folder: string;
let registry: ServedRegistry;
let plimsoll: TestPlimsoll;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-operate-'));
  await writeAdvisoryZip(join(folder, 'osv/npm/all.zip'), [lodashAdvisory]);
  registry = await serveRegistry({ repositories: [toServedRepository('team/app', images)] });
  plimsoll = await startTestPlimsoll({
    PLIMSOLL_ADVISORIES_URL: `file://${join(folder, 'osv')}`,
    PLIMSOLL_KEV_URL: `file://${join(folder, 'kev.json')}`,
  });
});
afterAll(async () => {
  await plimsoll?.stop();
  await registry?.stop();
  await rm(folder, { recursive: true, force: true });
});

const ask = async (path: string, base: string | undefined = plimsoll.url) => {
  const answer = await fetch(new URL(path, base));
  return { status: answer.status, text: await answer.text(), type: answer.headers.get('content-type') };
};
const metricNames = (text: string) => [...text.matchAll(/^# TYPE (plimsoll_\S+)/gm)].map(([, name]) => name ?? '');
const metricsIn = (queries: string) =>
  [...queries.matchAll(/\b(plimsoll_[a-z_]+?)(?:_bucket|_count|_sum)?\b/g)].map(([, name]) => name ?? '');

/** The value of one series; undefined when there is none. */
function sampleOf(text: string, series: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

test('a server says that it lives, that it is ready, and how it fares', async () => {
  expect(await ask('/healthz')).toMatchObject({ status: 200 });
  expect(await ask('/readyz')).toMatchObject({ status: 200 });
  const { text, type } = await ask('/metrics');

  expect(type).toBe(Registry.PROMETHEUS_CONTENT_TYPE);
  expect(sampleOf(text, 'plimsoll_database_up')).toBe(1);
  expect(text).toMatch(/^plimsoll_build_info\{version="\d+\.\d+\.\d+[^"]*",node="v24\.[^"]+"\} 1$/m);
  for (const folder of ['data', 'temporary']) {
    const [free = 0, size = 0] = ['free', 'size'].map((of) =>
      sampleOf(text, `plimsoll_disk_${of}_bytes{folder="${folder}"}`),
    );
    expect(free).toBeGreaterThan(0);
    expect(free).toBeLessThanOrEqual(size);
  }
});

test('every metric has a help, is documented, and the dashboard and the alerts ask for no other', async () => {
  const { text } = await ask('/metrics');
  const ours = metricNames(text);
  const reference = await readFile('docs/reference/metrics.md', 'utf8');
  const documented = [...reference.matchAll(/^\| `(plimsoll_\w+)` \|/gm)].map(([, name]) => name ?? '');

  expect(ours.length).toBeGreaterThan(30);
  expect(documented.toSorted()).toEqual(ours.toSorted());
  for (const name of ours) expect(text).toMatch(new RegExp(`^# HELP ${name} \\S.*$`, 'm'));
  for (const path of ['deploy/grafana/plimsoll.json', 'deploy/prometheus/alerts.yaml']) {
    const asked = metricsIn(await readFile(path, 'utf8'));
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((name) => !ours.includes(name))).toEqual([]);
  }
});

test('a scan is counted: layers read and spared; threads, connections and engines tell how they are', async () => {
  // A scrape does not wait for an engine that is slow to start.
  await waitUntil(
    async () => sampleOf((await ask('/metrics')).text, 'plimsoll_malware_engine_ready{engine="yara-x"}') === 1,
  );
  await plimsoll.sdk.AddAssetImageRegistryRegistryDetail({
    Name: 'lab',
    Username: '',
    Password: '',
    Url: registry.url,
    RegistryType: 'docker',
    NetType: 'public',
    NeedScan: false,
  });
  await plimsoll.sdk.SyncAssetImageRegistryAsset({ All: true });
  await waitUntil(async () => (await plimsoll.sdk.DescribeAssetImageRegistryList({})).TotalCount === images.length);
  expect(await waitForScan(plimsoll.sdk, await startScanOfAll(plimsoll.sdk))).toMatchObject({ Status: 'SCANNED' });
  const { text } = await ask('/metrics');

  expect(sampleOf(text, 'plimsoll_layers_total{outcome="walked"}')).toBe(2);
  expect(sampleOf(text, 'plimsoll_layers_total{outcome="kept"}')).toBe(1);
  expect(sampleOf(text, 'plimsoll_layer_bytes_total{source="registry"}')).toBe(shared.size + own.size);
  expect(sampleOf(text, 'plimsoll_layer_bytes_total{source="kept"}')).toBe(shared.size);
  expect(sampleOf(text, 'plimsoll_advisories_snapshot_age_seconds')).toBeGreaterThanOrEqual(0);
  expect(sampleOf(text, 'plimsoll_advisories')).toBe(1);
  const connections = (pool: string) =>
    ['busy', 'idle'].reduce((sum, state) => {
      const series = `plimsoll_database_connections{pool="${pool}",state="${state}"}`;
      return sum + (sampleOf(text, series) ?? 0);
    }, 0);
  expect(connections('read')).toBeGreaterThan(0);
  expect(connections('write')).toBe(1);
  expect(sampleOf(text, 'plimsoll_scan_threads_waiting')).toBe(0);
});

test.skipIf(!hasPromtool())('promtool finds nothing to say of our names, units and types', async () => {
  const { text } = await ask('/metrics');

  const { output } = promtool(['check', 'metrics'], text);

  expect(output.split('\n').filter((line) => line.includes('plimsoll_'))).toEqual([]);
  expect(output).not.toMatch(/error while linting|parse error/);
});

describe('a worker', () => {
  test('says the same of itself but for the API', async (context) => {
    const engine = await postgresEngine();
    if (!engine) return context.skip('PostgreSQL is not installed');
    const config = loadConfig({
      PLIMSOLL_DATA_DIR: join(folder, 'worker'),
      PLIMSOLL_DATABASE_URL: await engine.migratedUrl(),
      PLIMSOLL_MASTER_KEY: randomBytes(32).toString('base64'),
      PLIMSOLL_METRICS_LISTEN: '127.0.0.1:0',
      PLIMSOLL_ADVISORIES_URL: `file://${join(folder, 'osv')}`,
    });
    const worker = await startWorker(config, pino({ level: 'silent' }));
    try {
      const [{ text }, server] = await Promise.all([ask('/metrics', worker.url), ask('/metrics')]);

      const ofServers = /^plimsoll_(api|event_requests)_/;
      expect(metricNames(text).toSorted()).toEqual(
        metricNames(server.text)
          .filter((name) => !ofServers.test(name))
          .toSorted(),
      );
      expect(sampleOf(text, 'plimsoll_database_up')).toBe(1);
      expect(sampleOf(text, 'plimsoll_database_connections{pool="read",state="busy"}')).toBeGreaterThanOrEqual(0);
    } finally {
      await worker.stop();
      await engine.stop();
    }
  });
});
