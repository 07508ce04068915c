import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type BuiltImage, buildImage } from '../../demo/build-image.ts';
import { digestOf, layer, type TarEntry } from '../../demo/build-layer.ts';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { startScanOfAll } from '../support/start-scan-of-all.ts';
import { startTestPlimsoll, type TestPlimsoll } from '../support/start-test-plimsoll.ts';
import { toServedRepository } from '../support/to-served-repository.ts';
import { waitForScan } from '../support/wait-for-scan.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Another layer each time: a layer that has been walked once is never fetched again. */
const osReleaseLayer = () =>
  layer()
    .file('etc/os-release', 'ID=debian\nVERSION_ID="12"\n')
    .file('etc/machine-id', randomBytes(16).toString('hex'))
    .gzip();

let plimsoll: TestPlimsoll;
let registry: ServedRegistry | undefined;

beforeAll(async () => {
  plimsoll = await startTestPlimsoll({
    PLIMSOLL_ADVISORIES_URL: 'file:///nonexistent/osv',
    PLIMSOLL_KEV_URL: 'file:///nonexistent/kev.json',
  });
});
afterAll(() => plimsoll?.stop());
afterEach(async () => {
  const { List } = await plimsoll.sdk.DescribeAssetImageRegistryRegistryList({});
  for (const { RegistryId } of List ?? [])
    await plimsoll.sdk.RemoveAssetImageRegistryRegistryDetail({ RegistryId: RegistryId ?? 0 });
  await registry?.stop();
  registry = undefined;
});

async function sync(url: string) {
  const { RegistryId } = await plimsoll.sdk.AddAssetImageRegistryRegistryDetail({
    Name: 'lab',
    Username: 'any',
    Password: 'any',
    Url: url,
    RegistryType: 'docker',
    NetType: 'private',
  });
  await plimsoll.sdk.SyncAssetImageRegistryAsset({ RegistryIds: [RegistryId ?? 0] });
  await waitUntil(async () => (await plimsoll.sdk.DescribeAssetImageRegistryAssetStatus()).Status !== 'doing');
}

async function scan(ScanType = ['CVE']) {
  const task = await waitForScan(plimsoll.sdk, await startScanOfAll(plimsoll.sdk, ScanType));
  const { List } = await plimsoll.sdk.DescribeAssetImageRegistryList({});
  return { task, row: List?.[0] };
}

/** Serves one image, lets `change` damage its blobs, and scans it. */
async function scanDamaged(image: BuiltImage, change: (blobs: Map<string, Uint8Array>) => void = () => {}) {
  const repository = toServedRepository('team/app', [{ tag: '1', image }]);
  registry = await serveRegistry({ repositories: [repository] });
  await sync(registry.url);
  change(repository.blobs);
  return scan();
}

const simple = (osRelease = osReleaseLayer()) => buildImage({ created: '2026-01-01T00:00:00Z', layers: [osRelease] });

test('a layer whose bytes are others than its digest says', async () => {
  const osRelease = osReleaseLayer();

  const { row } = await scanDamaged(simple(osRelease), (blobs) =>
    blobs.set(osRelease.digest, layer().file('other', 'x').gzip().bytes),
  );

  expect(row).toMatchObject({
    ScanStatus: 'SCAN_ERR',
    CveStatus: 'SCAN_ERR',
    ScanVulError: 'BlobCorrupt',
    ScanVulProgress: 100,
    Progress: 100,
  });
  expect(row?.Reason).toMatch(/\w/);
  expect(row?.Solution).toMatch(/\w/);
  expect([row?.CriticalLevelVulCnt, row?.ComponentCnt]).toEqual([null, null]);
});

test('a layer that is no gzip, whatever its digest', async () => {
  const bytes = Buffer.concat([gzipSync(randomBytes(1000)).subarray(0, 500), randomBytes(500)]);
  const corrupt = { ...osReleaseLayer(), bytes, digest: digestOf(bytes), size: bytes.byteLength };

  const { row } = await scanDamaged(buildImage({ layers: [corrupt] }));

  expect(row).toMatchObject({ ScanStatus: 'SCAN_ERR', ScanVulError: 'LayerCorrupt' });
});

test('a layer that the config does not describe', async () => {
  const image = buildImage({ layers: [{ ...osReleaseLayer(), diffId: digestOf(Buffer.from('something else')) }] });

  const { row } = await scanDamaged(image);

  expect(row).toMatchObject({ ScanStatus: 'SCAN_ERR', ScanVulError: 'BlobCorrupt' });
});

test('a layer that the registry no longer holds', async () => {
  const osRelease = osReleaseLayer();

  const { row } = await scanDamaged(simple(osRelease), (blobs) => blobs.delete(osRelease.digest));

  expect(row).toMatchObject({ ScanStatus: 'SCAN_ERR', ScanVulError: 'ImageNotFound' });
});

test('a registry that has gone away: ConnFailed in the words of the seed', async () => {
  registry = await serveRegistry({ repositories: [toServedRepository('team/app', [{ tag: '1', image: simple() }])] });
  await sync(registry.url);
  await registry.stop();
  registry = undefined;

  const { row, task } = await scan();

  expect(row).toMatchObject({
    ScanStatus: 'SCAN_ERR',
    CveStatus: 'SCAN_ERR',
    VirusStatus: 'NOT_SCAN',
    ScanVulError: 'ConnFailed',
    ScanVirusError: '',
    Reason: 'Connection failure',
  });
  expect(task).toMatchObject({ ImageTotal: 1, ImageScanCnt: 1, SuccessCount: 0 });
});

test('a path outside the root is never used', async () => {
  const content = Buffer.from('Package: evil\nStatus: install ok installed\nVersion: 1\n\n');
  const escaping = layer().entry({ path: '../../var/lib/dpkg/status', type: '0', content }).gzip();

  const { row } = await scanDamaged(buildImage({ layers: [osReleaseLayer(), escaping] }));

  expect(row).toMatchObject({ ComponentCnt: 0, CveStatus: 'SCAN_ERR' });
});

test('a layer that is compressed in another way than its media type says is read as it is', async () => {
  const packed = layer().file('node_modules/a/package.json', '{"name":"a","version":"1.0.0"}');
  const disguised = [
    { ...packed.zstd(), mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip' },
    { ...osReleaseLayer(), mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd' },
  ];

  const { row } = await scanDamaged(buildImage({ layers: disguised }));

  expect(row).toMatchObject({ ComponentCnt: 1, ScanVulError: 'AdvisoriesMissing' });
});

test('a layer that was pushed without its end', async () => {
  const whole = osReleaseLayer();
  const bytes = whole.bytes.subarray(0, whole.size - 30);

  const { row } = await scanDamaged(
    buildImage({ layers: [{ ...whole, bytes, digest: digestOf(bytes), size: bytes.byteLength }] }),
  );

  expect(row).toMatchObject({ ScanStatus: 'SCAN_ERR', ScanVulError: 'LayerCorrupt' });
});

test.each<[string, TarEntry]>([
  ['a link', { path: 'var/lib/dpkg/status', type: '2', target: '/proc/1/environ' }],
  ['a device', { path: 'var/lib/dpkg/status', type: '3' }],
  ['a sparse file', { path: 'var/lib/dpkg/status', type: 'S' }],
  ['text that is no package database', { path: 'var/lib/dpkg/status', type: '0', content: Buffer.from('<html>') }],
])('a package database that is %s: nothing is known, and that is said', async (_, entry) => {
  const { row } = await scanDamaged(buildImage({ layers: [osReleaseLayer(), layer().entry(entry).gzip()] }));

  expect(row).toMatchObject({ CveStatus: 'SCAN_ERR', ComponentCnt: 0, CriticalLevelVulCnt: null, HasNeedFixVul: null });
  expect(row?.Reason).toMatch(/\w/);
});

test('without advisories the packages are known and the vulnerabilities are not: never a clean zero', async () => {
  const { row } = await scanDamaged(
    buildImage({
      layers: [osReleaseLayer(), layer().file('node_modules/a/package.json', '{"name":"a","version":"1.0.0"}').gzip()],
    }),
  );

  expect(row).toMatchObject({
    CveStatus: 'SCAN_ERR',
    ScanVulError: 'AdvisoriesMissing',
    CriticalLevelVulCnt: null,
    HasNeedFixVul: null,
    ComponentCnt: 1,
  });
  expect(row?.Solution).toMatch(/advisories/i);
});

test('a manifest of schema 1 is counted as skipped, not listed as a clean image', async () => {
  const repository = toServedRepository('team/old', []);
  const body = Buffer.from(
    JSON.stringify({
      schemaVersion: 1,
      name: 'team/old',
      tag: '1',
      architecture: 'amd64',
      fsLayers: [],
      history: [],
      signatures: [],
    }),
  );
  const old = {
    ...repository,
    tags: new Map([['1', digestOf(body)]]),
    manifests: new Map([
      [digestOf(body), { mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws', body }],
    ]),
  };
  registry = await serveRegistry({ repositories: [old] });

  await sync(registry.url);

  expect(await plimsoll.sdk.DescribeAssetImageRegistryList({})).toMatchObject({ TotalCount: 0 });
  const { List } = await plimsoll.sdk.DescribeAssetImageRegistryRegistryList({});
  expect(List?.[0]).toMatchObject({
    SyncStatus: 'success',
    SyncMessage: expect.stringContaining('1 manifest-unsupported'),
  });
});
