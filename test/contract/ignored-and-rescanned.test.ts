import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildImage } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import { dpkgStatus, nodeModules, osRelease } from '../../demo/package-files.ts';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { lodashAdvisory, opensslAdvisory } from '../support/sample-advisories.ts';
import { type SdkClient, startTestPlimsoll, type TestPlimsoll } from '../support/start-test-plimsoll.ts';
import { toServedRepository } from '../support/to-served-repository.ts';
import { waitUntil } from '../support/wait-until.ts';
import { writeAdvisoryZip } from '../support/write-zip.ts';

/** Reduced from the real records of the same ids. */

const base = layer()
  .file('etc/os-release', osRelease('debian', '12', 'Debian GNU/Linux 12 (bookworm)'))
  .file('var/lib/dpkg/status', dpkgStatus([{ name: 'libssl3', version: '3.0.9-1', source: 'openssl' }]))
  .gzip();
const app = (version: string) => {
  const files = layer();
  for (const [path, text] of Object.entries(nodeModules('srv/web', { lodash: version }))) files.file(path, text);
  return files.gzip();
};
const image = (created: string, lodashVersion: string) =>
  buildImage({ created: `${created}T00:00:00Z`, layers: [base, app(lodashVersion)] });

let folder: string;
let registry: ServedRegistry;
let plimsoll: TestPlimsoll;
let sdk: SdkClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-ignored-'));
  await writeAdvisoryZip(join(folder, 'osv/Debian/all.zip'), [opensslAdvisory]);
  await writeAdvisoryZip(join(folder, 'osv/npm/all.zip'), [lodashAdvisory]);
  registry = await serveRegistry({
    repositories: [
      toServedRepository('team/web', [
        { tag: 'old', image: image('2026-01-01', '4.17.11') },
        { tag: 'new', image: image('2026-02-01', '4.17.21') },
      ]),
    ],
  });
  plimsoll = await startTestPlimsoll({
    PLIMSOLL_ADVISORIES_URL: `file://${join(folder, 'osv')}`,
    PLIMSOLL_KEV_URL: `file://${join(folder, 'no-kev.json')}`,
  });
  ({ sdk } = plimsoll);
  await sdk.AddAssetImageRegistryRegistryDetail({
    Name: 'lab',
    Username: 'a',
    Password: 'b',
    Url: registry.url,
    RegistryType: 'docker',
    NetType: 'private',
  });
  await sdk.SyncAssetImageRegistryAsset({ All: true });
  await waitUntil(async () => (await sdk.DescribeAssetImageRegistryAssetStatus()).Status === 'success');
  await sdk.ModifyImageAuthorized({
    AllLocalImages: false,
    AllRegistryImages: true,
    UpdatedLocalImageCnt: 0,
    UpdatedRegistryImageCnt: 10,
    ImageSourceType: 'ASSETIMAGE',
  });
  await scanAll();
});

afterAll(async () => {
  await plimsoll?.stop();
  await registry?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function scanAll(): Promise<void> {
  const { TaskID } = await sdk.CreateAssetImageRegistryScanTask({ All: true, ScanType: ['CVE'] });
  await waitUntil(async () => (await sdk.DescribeAssetImageRegistryScanStatusOneKey({ TaskID })).Status === 'SCANNED');
}

const counts = async () =>
  Object.fromEntries(
    ((await sdk.DescribeAssetImageRegistryList({ Limit: 100 })).List ?? []).map((row) => [row.ImageTag, row.VulCnt]),
  );

test('what real scans found is ignored, stays ignored after the next scan, and comes back', async () => {
  expect(await counts()).toEqual({ old: 2, new: 1 });
  const { List: system } = await sdk.DescribeSystemVulList({});
  const { List: web } = await sdk.DescribeWebVulList({ Filters: [{ Name: 'ComponentName', Values: ['lodash'] }] });
  expect(system).toMatchObject([{ CVEID: 'CVE-2023-5363', Level: 'HIGH', RegistryImageCount: 2 }]);
  expect(web).toMatchObject([{ CVEID: 'CVE-2019-10744', Level: 'CRITICAL', RegistryImageCount: 1 }]);
  const PocID = system?.[0]?.PocID ?? '';
  const affected = await sdk.DescribeVulRegistryImageList({ PocID });
  expect(affected.List?.map((row) => [row.ImageTag, row.ComponentList?.[0]?.FixedVersion])).toEqual(
    expect.arrayContaining([
      ['new', '3.0.11-1~deb12u2'],
      ['old', '3.0.11-1~deb12u2'],
    ]),
  );

  await sdk.AddIgnoreVul({ List: [{ PocID }] });
  expect(await counts()).toEqual({ old: 1, new: 0 });

  await scanAll();
  expect(await counts()).toEqual({ old: 1, new: 0 });
  expect(await sdk.DescribeScanIgnoreVulList({})).toMatchObject({ TotalCount: 1, List: [{ RegistryImageCount: 2 }] });

  await sdk.DeleteIgnoreVul({ List: [{ PocID }] });
  expect(await counts()).toEqual({ old: 2, new: 1 });
});
