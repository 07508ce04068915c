import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type BuiltImage, buildImage } from '../../demo/build-image.ts';
import { type BuiltBlob, type BuiltLayer, digestOf, layer, toBlob, toTar } from '../../demo/build-layer.ts';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { startScanOfAll } from '../support/start-scan-of-all.ts';
import { startTestPlimsoll, type TestPlimsoll } from '../support/start-test-plimsoll.ts';
import { toServedRepository } from '../support/to-served-repository.ts';
import { waitForScan } from '../support/wait-for-scan.ts';
import { waitUntil } from '../support/wait-until.ts';
import { writeAdvisoryZip } from '../support/write-zip.ts';

// One server, one registry with every hostile image there is, and a good one beside them.

vi.setConfig({ testTimeout: 120_000 });

const MiB = 1024 ** 2;
const TAR = 'application/vnd.oci.image.layer.v1.tar';
const minimist = '{"name":"minimist","version":"0.0.8"}';
const start = () => layer().file('node_modules/minimist/package.json', minimist);
const zeros = start()
  .file('zeros', Buffer.alloc(64 * MiB))
  .tar();

const imageOf = (...layers: BuiltLayer[]) => buildImage({ created: '2026-01-01T00:00:00Z', layers });
/** A layer that is what it is, whatever a tar is. */
const rawLayer = (bytes: Uint8Array, diffId = digestOf(bytes)): BuiltLayer => ({
  ...toBlob(`${TAR}+gzip`, bytes),
  diffId,
});

/** An image with other bytes in place of its config. */
function withConfig(bytes: Uint8Array): BuiltImage {
  const image = imageOf(start().gzip());
  const config = { ...image.config, ...toBlob(image.config.mediaType, bytes) };
  const manifest = JSON.parse(Buffer.from(image.manifest.bytes).toString());
  const body = { ...manifest, config: { ...manifest.config, digest: config.digest, size: config.size } };
  return { ...image, config, manifest: toBlob(image.manifest.mediaType, Buffer.from(JSON.stringify(body))) };
}

function withManifest(change: (manifest: BuiltBlob) => Uint8Array): BuiltImage {
  const image = imageOf(start().gzip());
  return { ...image, manifest: toBlob(image.manifest.mediaType, change(image.manifest)) };
}

const deep = (depth: number) => Buffer.from(`{"config":${'['.repeat(depth)}${']'.repeat(depth)}}`);
const endlessPax = toTar([{ path: 'PaxHeader', type: 'x', content: Buffer.from('12 path=abc\n\0\0\0\0') }]);

/** What can be listed: how its row ends. */
const listed: Readonly<Record<string, readonly [BuiltImage, object]>> = {
  good: [imageOf(start().gzip()), { ScanStatus: 'SCANNED', VulCnt: 1, ScanVulError: '' }],
  'gzip-bomb': [
    imageOf(rawLayer(gzipSync(zeros.bytes), zeros.diffId)),
    { ScanStatus: 'SCANNED', VulCnt: 1, ScanVulError: 'LimitExceeded', Reason: expect.stringMatching(/limit/) },
  ],
  'zstd-bomb': [
    imageOf(rawLayer(zstdCompressSync(zeros.bytes), zeros.diffId)),
    { ScanStatus: 'SCANNED', VulCnt: 1, ScanVulError: 'LimitExceeded' },
  ],
  'bomb-below-a-good-layer': [
    imageOf(
      layer()
        .file('zeros', Buffer.alloc(64 * MiB))
        .gzip(),
      start().gzip(),
    ),
    { ScanStatus: 'SCANNED', VulCnt: 1, ScanVulError: 'LimitExceeded' },
  ],
  'too-many-entries': [
    imageOf(
      Array.from({ length: 2_100 }, (_, at) => at)
        .reduce((tar, at) => tar.file(`${at}`, ''), start())
        .gzip(),
    ),
    { ScanStatus: 'SCANNED', VulCnt: 1, ScanVulError: 'LimitExceeded' },
  ],
  'pax-without-end': [imageOf(rawLayer(gzipSync(endlessPax), digestOf(endlessPax))), { ScanVulError: 'LayerCorrupt' }],
  'half-a-layer': [
    imageOf(rawLayer(start().gzip().bytes.subarray(0, 100))),
    { ScanStatus: 'SCAN_ERR', ScanVulError: 'LayerCorrupt' },
  ],
  'no-tar': [imageOf(rawLayer(gzipSync('<html>404</html>'))), { ScanStatus: 'SCAN_ERR', ScanVulError: 'LayerCorrupt' }],
  'paths-out-of-the-root': [
    imageOf(start().file('../../evil', 'x').symlink('node_modules/a/package.json', '/proc/self/environ').gzip()),
    { ScanStatus: 'SCANNED', VulCnt: 1, ScanVulError: expect.stringMatching(/./) },
  ],
};
/** What no row can be made of. */
const unlisted: Readonly<Record<string, BuiltImage>> = {
  'giant-manifest': withManifest(({ bytes }) => Buffer.concat([bytes, Buffer.alloc(5 * MiB, ' ')])),
  'manifest-of-many-layers': withManifest(({ bytes }) => {
    const manifest = JSON.parse(Buffer.from(bytes).toString());
    const layers = Array.from({ length: 2_000 }, () => manifest.layers[0]);
    return Buffer.from(JSON.stringify({ ...manifest, layers }));
  }),
  'half-a-manifest': withManifest(({ bytes }) => bytes.subarray(0, bytes.byteLength / 2)),
  'giant-config': withConfig(Buffer.alloc(9 * MiB, ' ')),
  'deep-config': withConfig(deep(200_000)),
};

let plimsoll: TestPlimsoll;
let registry: ServedRegistry;
let feeds: string;

beforeAll(async () => {
  feeds = await mkdtemp(join(tmpdir(), 'plimsoll-hostile-'));
  await writeAdvisoryZip(join(feeds, 'osv/npm/all.zip'), [
    {
      schema_version: '1.7.3',
      id: 'GHSA-minimist',
      modified: '2023-01-01T00:00:00Z',
      affected: [
        {
          package: { ecosystem: 'npm', name: 'minimist' },
          ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '0.2.1' }] }],
        },
      ],
    },
  ]);
  plimsoll = await startTestPlimsoll({
    PLIMSOLL_ADVISORIES_URL: `file://${join(feeds, 'osv')}`,
    PLIMSOLL_KEV_URL: `file://${join(feeds, 'kev.json')}`,
    PLIMSOLL_MAX_ENTRIES: '2000',
    PLIMSOLL_WORKERS: '2',
  });
  const images = Object.entries(listed).map(([tag, [image]]) => ({ tag, image }));
  const others = Object.entries(unlisted).map(([tag, image]) => ({ tag, image }));
  registry = await serveRegistry({ repositories: [toServedRepository('team/app', [...images, ...others])] });
});
afterAll(async () => {
  await plimsoll?.stop();
  await registry?.stop();
  await rm(feeds, { recursive: true, force: true });
});

async function rows() {
  const { List = [] } = await plimsoll.sdk.DescribeAssetImageRegistryList({ Limit: 100 });
  return new Map(List.map((row) => [row.ImageTag ?? '', row]));
}

async function sync(RegistryId: number) {
  await plimsoll.sdk.SyncAssetImageRegistryAsset({ RegistryIds: [RegistryId] });
  await waitUntil(async () => (await plimsoll.sdk.DescribeAssetImageRegistryAssetStatus()).Status !== 'doing');
}

const scanAll = async () => waitForScan(plimsoll.sdk, await startScanOfAll(plimsoll.sdk));

test('a registry of hostile images is listed and scanned to its end, each row with what is known and why not more', async () => {
  const { RegistryId = 0 } = await plimsoll.sdk.AddAssetImageRegistryRegistryDetail({
    Name: 'hostile',
    Username: 'any',
    Password: 'any',
    Url: registry.url,
    RegistryType: 'docker',
    NetType: 'private',
  });
  await sync(RegistryId);

  const { List: registries } = await plimsoll.sdk.DescribeAssetImageRegistryRegistryList({});
  expect([...(await rows()).keys()].sort()).toEqual(Object.keys(listed).sort());
  expect(registries?.[0]?.SyncMessage).toMatch(/limit-exceeded|manifest-unsupported/);

  await scanAll();

  const scanned = await rows();
  for (const [tag, [, expected]] of Object.entries(listed)) {
    expect({ tag, ...scanned.get(tag) }).toMatchObject({ tag, ScanVulProgress: 100, ...expected });
    // Never a clean zero.
    if (tag !== 'good') expect(scanned.get(tag)?.ScanVulError, tag).not.toBe('');
  }
});

test('the next image is scanned as if nothing had been', async () => {
  const other = layer().file('node_modules/minimist/package.json', minimist).file('next', 'x').gzip();
  const next = await serveRegistry({
    repositories: [toServedRepository('team/next', [{ tag: 'next', image: imageOf(other) }])],
  });
  const { RegistryId = 0 } = await plimsoll.sdk.AddAssetImageRegistryRegistryDetail({
    Name: 'next',
    Username: 'any',
    Password: 'any',
    Url: next.url,
    RegistryType: 'docker',
    NetType: 'private',
  });
  await sync(RegistryId);

  await scanAll();

  expect((await rows()).get('next')).toMatchObject({ ScanStatus: 'SCANNED', VulCnt: 1, ScanVulError: '' });
  await next.stop();
});
