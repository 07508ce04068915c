import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildImage } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { postgresEngine, type StoreEngine } from '../support/open-test-store.ts';
import { type ServerProcess, startServerProcess } from '../support/start-server-process.ts';
import { toServedRepository } from '../support/to-served-repository.ts';
import { waitUntil } from '../support/wait-until.ts';
import { writeAdvisoryZip } from '../support/write-zip.ts';

// Two starts of a server and eight walks: seconds, but minutes on a busy machine.
vi.setConfig({ testTimeout: 400_000 });

const IMAGES = 8;
const MiB = 1024 * 1024;
const key = { secretId: 'AKIDkilltest', secretKey: randomBytes(16).toString('hex') };

let work: string;
let registry: ServedRegistry;
let server: ServerProcess;
/** Of PostgreSQL; empty for the SQLite file in the data folder. */
let database: Readonly<Record<string, string>> = {};

const start = () =>
  startServerProcess(join(work, 'data'), key, {
    ...database,
    PLIMSOLL_ADVISORIES_URL: `file://${join(work, 'osv')}`,
    PLIMSOLL_KEV_URL: `file://${join(work, 'kev.json')}`,
    PLIMSOLL_JOBS: '2',
  });

// Compressing what cannot be compressed is most of this file's work: the tests only read the images.
beforeAll(async () => {
  const manifest = JSON.stringify({ name: 'minimist', version: '0.0.8' });
  const images = Array.from({ length: IMAGES }, (_, i) => ({
    tag: `v${i}`,
    // Random bytes do not compress: every image costs a real walk over its own layer.
    image: buildImage({
      created: `2026-01-0${i + 1}T00:00:00Z`,
      layers: [
        layer()
          .file('node_modules/minimist/package.json', manifest)
          .file('data.bin', randomBytes(24 * MiB))
          .gzip(),
      ],
    }),
  }));
  registry = await serveRegistry({ repositories: [toServedRepository('team/app', images)] });
});
afterAll(() => registry?.stop());

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'plimsoll-kill-'));
  await writeAdvisoryZip(join(work, 'osv/npm/all.zip'), [
    {
      schema_version: '1.7.3',
      id: 'GHSA-vh95-rmgr-6w4m',
      aliases: ['CVE-2020-7598'],
      modified: '2023-01-01T00:00:00Z',
      affected: [
        {
          package: { ecosystem: 'npm', name: 'minimist' },
          ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '0.2.1' }] }],
        },
      ],
    },
  ]);
});

afterEach(async () => {
  await server?.kill();
  await rm(work, { recursive: true, force: true });
});

describe('kill -9 in the middle of a scan: the task ends by itself, nothing stays SCANNING, nothing is doubled or lost', () => {
  let postgres: StoreEngine | undefined;
  beforeAll(async () => {
    postgres = await postgresEngine();
  });
  afterAll(() => postgres?.stop());

  test('on SQLite', async () => {
    database = {};
    await killInTheMiddle();
  });

  test('on PostgreSQL', async (context) => {
    if (!postgres) return context.skip('PostgreSQL is not installed');
    // The dead process's jobs are free when their lease has passed.
    database = { PLIMSOLL_DATABASE_URL: await postgres.freshUrl(), PLIMSOLL_LEASE_SECONDS: '5' };
    await killInTheMiddle();
  });
});

async function killInTheMiddle() {
  server = await start();
  const { sdk } = server;
  const { RegistryId } = await sdk.AddAssetImageRegistryRegistryDetail({
    Name: 'lab',
    Username: 'any',
    Password: 'any',
    Url: registry.url,
    RegistryType: 'docker',
    NetType: 'private',
  });
  await sdk.SyncAssetImageRegistryAsset({ RegistryIds: [RegistryId ?? 0] });
  await waitUntil(async () => (await sdk.DescribeAssetImageRegistryAssetStatus()).Status === 'success');
  const before = (await sdk.DescribeAssetImageRegistryList({ Limit: 100 })).List ?? [];
  expect(before).toHaveLength(IMAGES);
  await sdk.ModifyImageAuthorized({
    AllLocalImages: false,
    AllRegistryImages: true,
    UpdatedLocalImageCnt: 0,
    UpdatedRegistryImageCnt: 100,
    ImageSourceType: 'ASSETIMAGE',
  });
  const { TaskID } = await sdk.CreateAssetImageRegistryScanTask({ All: true, ScanType: ['CVE'] });
  const atKill = await waitUntil(async () => {
    const now = await sdk.DescribeAssetImageRegistryScanStatusOneKey({ TaskID });
    return (now.ImageScanCnt ?? 0) >= 1 && now;
  });
  expect(atKill.ImageScanCnt).toBeLessThan(IMAGES);
  const done = ((await sdk.DescribeAssetImageRegistryList({ Limit: 100 })).List ?? []).filter(isScanned);
  const last = await sdk.AddAssetImageRegistryRegistryDetail({
    Name: 'acknowledged just before',
    Username: 'any',
    Password: 'any',
    Url: registry.url,
    RegistryType: 'docker',
    NetType: 'private',
  });

  await server.kill();
  server = await start();

  const after = server.sdk;
  const { List: registries } = await after.DescribeAssetImageRegistryRegistryList({});
  expect(registries?.map((each) => each.RegistryId)).toContain(last.RegistryId);
  const kept = (await after.DescribeAssetImageRegistryList({ Limit: 100 })).List ?? [];
  // What had ended before is neither lost nor done again.
  for (const { Id, ScanTime } of done)
    expect(kept.find((row) => row.Id === Id)).toMatchObject({ ScanStatus: 'SCANNED', ScanTime, VulCnt: 1 });
  const end = await waitUntil(async () => {
    const now = await after.DescribeAssetImageRegistryScanStatusOneKey({ TaskID });
    return now.Status === 'SCANNED' && now;
  });
  expect(end).toMatchObject({ ImageTotal: IMAGES, ImageScanCnt: IMAGES, SuccessCount: IMAGES });
  const rows = (await after.DescribeAssetImageRegistryList({ Limit: 100 })).List ?? [];
  expect(rows.map((row) => row.Id)).toEqual(before.map((row) => row.Id));
  for (const row of rows) {
    expect(row).toMatchObject({ IsAuthorized: 1, ScanStatus: 'SCANNED', VulCnt: 1, ComponentCnt: 1 });
    const { TotalCount, List } = await after.DescribeAssetImageRegistryVulList({ Id: row.Id });
    expect([TotalCount, List?.map((each) => each.CVEID)]).toEqual([1, ['CVE-2020-7598']]);
  }
}

const isScanned = (row: { readonly ScanStatus?: string }) => row.ScanStatus === 'SCANNED';
