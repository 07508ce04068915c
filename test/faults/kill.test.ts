import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildImage } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { type ServerProcess, startServerProcess } from '../support/start-server-process.ts';
import { toServedRepository } from '../support/to-served-repository.ts';
import { waitUntil } from '../support/wait-until.ts';
import { writeAdvisoryZip } from '../support/write-zip.ts';

const IMAGES = 8;
const MiB = 1024 * 1024;
const key = { secretId: 'AKIDkilltest', secretKey: randomBytes(16).toString('hex') };

let work: string;
let registry: ServedRegistry;
let server: ServerProcess;

const start = () =>
  startServerProcess(join(work, 'data'), key, {
    PLIMSOLL_ADVISORIES_URL: `file://${join(work, 'osv')}`,
    PLIMSOLL_KEV_URL: `file://${join(work, 'kev.json')}`,
    PLIMSOLL_JOBS: '2',
  });

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
  server = await start();
});

afterEach(async () => {
  await server.kill();
  await registry.stop();
  await rm(work, { recursive: true, force: true });
});

test('kill -9 in the middle of a scan: the task ends by itself, nothing stays SCANNING, nothing is doubled or lost', async () => {
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

  await server.kill();
  server = await start();

  const after = server.sdk;
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
});
