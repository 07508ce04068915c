import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { type BuiltImage, buildAttestation, buildImage, buildIndex } from '../../demo/build-image.ts';
import { type BuiltBlob, digestOf, layer, type TarEntry, toTar } from '../../demo/build-layer.ts';
import { parsePlatform } from '../oci/platform.ts';
import { openArchiveImage } from './archive-image.ts';

const folder = mkdtempSync(join(tmpdir(), 'archive-image-'));
afterAll(() => rmSync(folder, { recursive: true }));
const { signal } = new AbortController();

type Files = Readonly<Record<string, Uint8Array | string>>;
let written = 0;

function writeTar(
  files: Files,
  pack: (tar: Buffer) => Uint8Array = (tar) => tar,
  links: readonly TarEntry[] = [],
): string {
  const path = join(folder, `${written++}.tar`);
  const entries = Object.entries(files).map(
    ([name, content]): TarEntry => ({ path: name, type: '0', content: Buffer.from(content) }),
  );
  writeFileSync(path, pack(toTar([...entries, ...links])));
  return path;
}

function writeFolder(files: Files): string {
  const path = join(folder, `${written++}`);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

const image = (platform: string, seed = platform) =>
  buildImage({
    platform: parsePlatform(platform) ?? { os: '', architecture: '' },
    layers: [layer().file('base', seed).gzip(), layer().file('top', seed).zstd()],
  });
const amd64 = image('linux/amd64');
const arm64 = image('linux/arm64/v8');
const blobPath = ({ digest }: BuiltBlob) => `blobs/${digest.replace(':', '/')}`;
const blobsOf = (...blobs: readonly BuiltBlob[]): Files =>
  Object.fromEntries(blobs.map((blob) => [blobPath(blob), blob.bytes]));
const contentOf = ({ manifest, config, layers }: BuiltImage): Files => blobsOf(manifest, config, ...layers);

const layout = (images: readonly BuiltImage[], present = images): Files => ({
  'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
  'index.json': Buffer.from(buildIndex(images).bytes),
  ...Object.assign({}, ...present.map(contentOf)),
});

/** As `docker save` wrote it before it wrote OCI layouts. */
function dockerArchive({ config, layers }: BuiltImage, packed = false): Files {
  const names = layers.map(({ digest }) => `${digest.slice(7, 19)}/layer.tar`);
  const tars = [layer().file('base', 'linux/amd64'), layer().file('top', 'linux/amd64')].map(
    (each) => (packed ? each.gzip() : each.tar()).bytes,
  );
  return {
    'manifest.json': JSON.stringify([
      { Config: `${config.digest.slice(7)}.json`, RepoTags: ['demo:1'], Layers: names },
    ]),
    [`${config.digest.slice(7)}.json`]: config.bytes,
    ...Object.fromEntries(names.map((name, at) => [name, tars[at] ?? ''])),
  };
}

async function open(path: string, platform?: string) {
  const opened = await openArchiveImage(path, platform === undefined ? undefined : parsePlatform(platform), signal);
  const bytes = [];
  for (const each of opened.source.layers) bytes.push(await buffer(await each.open(signal)));
  await opened.close();
  return { ...opened, bytes };
}

describe.each<[string, (files: Files) => string]>([
  ['a folder', writeFolder],
  ['a tar', writeTar],
  ['a gzipped tar', (files) => writeTar(files, gzipSync)],
  ['a zstd tar', (files) => writeTar(files, zstdCompressSync)],
])('an OCI layout in %s', (_, write) => {
  test('is opened with its digests, and its layers are read as often as wanted', async () => {
    const opened = await openArchiveImage(write(layout([amd64])), undefined, signal);
    const [first, second] = opened.source.layers;
    const read = async () => digestOf(await buffer((await first?.open(signal)) ?? Readable.from([])));

    expect(opened).toMatchObject({
      platform: 'linux/amd64',
      os: 'linux',
      digest: amd64.manifest.digest,
      imageId: amd64.config.digest,
    });
    expect(Buffer.from(opened.configBytes)).toEqual(Buffer.from(amd64.config.bytes));
    expect([first, second]).toMatchObject(amd64.layers.map(({ digest, size }) => ({ digest, size })));
    expect(first?.diffId).toBe(layer().file('base', 'linux/amd64').tar().digest);
    expect(await Promise.all([read(), read()])).toEqual([first?.digest, first?.digest]);
    expect(await read()).toBe(first?.digest);
    await opened.close();
  });

  test('gives the image of the platform that was asked for', async () => {
    const path = write(layout([amd64, buildAttestation(amd64), arm64, buildAttestation(arm64)]));

    expect((await open(path)).digest).toBe(amd64.manifest.digest);
    expect((await open(path, 'linux/arm64')).digest).toBe(arm64.manifest.digest);
    await expect(open(path, 'linux/s390x')).rejects.toMatchObject({
      code: 'image-not-found',
      message: expect.stringContaining('it has linux/amd64, linux/arm64/v8'),
    });
  });
});

test('the only image there is needs no platform, also when the index names more', async () => {
  const path = writeTar(layout([amd64, arm64], [arm64]));

  expect((await open(path)).platform).toBe('linux/arm64/v8');
  await expect(open(path, 'linux/amd64')).rejects.toMatchObject({
    code: 'image-not-found',
    message: expect.stringContaining('not in it: linux/amd64'),
  });
});

test('an index in the index, as containerd writes it, is followed', async () => {
  const inner = buildIndex([amd64, buildAttestation(amd64)]);
  const outer = {
    schemaVersion: 2,
    manifests: [{ mediaType: inner.mediaType, digest: inner.digest, size: inner.size }],
  };

  const opened = await open(writeTar({ 'index.json': JSON.stringify(outer), ...blobsOf(inner), ...contentOf(amd64) }));

  expect(opened.digest).toBe(amd64.manifest.digest);
});

test.each<[string, Files, string]>([
  ['a missing layer', layout([amd64], [{ ...amd64, layers: amd64.layers.slice(1) }]), 'image-not-found'],
  [
    'a manifest that was changed',
    { ...layout([amd64]), [blobPath(amd64.manifest)]: Buffer.from(`${Buffer.from(amd64.manifest.bytes)} `) },
    'blob-corrupt',
  ],
  [
    'a config that was changed',
    { ...layout([amd64]), [blobPath(amd64.config)]: Buffer.from(`${Buffer.from(amd64.config.bytes)} `) },
    'blob-corrupt',
  ],
  ['two images for one platform', layout([amd64, image('linux/amd64', 'other')]), 'manifest-unsupported'],
  ['an index.json that is no JSON', { 'index.json': '{' }, 'manifest-unsupported'],
  ['neither index.json nor manifest.json', { readme: 'hello' }, 'manifest-unsupported'],
  [
    'a manifest.json that names what is not there',
    { 'manifest.json': '[{"Config":"c.json","Layers":[]}]' },
    'manifest-unsupported',
  ],
  [
    'a manifest.json that climbs out',
    { 'manifest.json': '[{"Config":"../../etc/passwd","Layers":[]}]' },
    'manifest-unsupported',
  ],
  ['no image', { 'manifest.json': '[]' }, 'image-not-found'],
])('%s is %s', async (_, files, code) => {
  await expect(open(writeTar(files))).rejects.toMatchObject({ code });
  await expect(open(writeFolder(files))).rejects.toMatchObject({ code });
});

test.each<[string, (tar: Buffer) => Uint8Array]>([
  ['', (tar) => tar],
  ['gzipped ', gzipSync],
])('a %sdocker-archive names its plain layers by their diff ids', async (_, pack) => {
  const opened = await open(writeTar(dockerArchive(amd64), pack));

  expect(opened).toMatchObject({ platform: 'linux/amd64', imageId: amd64.config.digest });
  expect(opened.digest).toBeUndefined();
  expect(opened.source.layers.map(({ digest }) => digest)).toEqual(opened.source.layers.map(({ diffId }) => diffId));
  expect(opened.bytes.map(digestOf)).toEqual(opened.source.layers.map(({ digest }) => digest));
});

test('compressed layers of a docker-archive are named by what is stored', async () => {
  const { bytes, source } = await open(writeTar(dockerArchive(amd64, true)));

  expect(source.layers.map(({ digest }) => digest)).toEqual(bytes.map(digestOf));
  expect(source.layers.map(({ diffId }) => diffId)).not.toEqual(bytes.map(digestOf));
});

test('a layer that is a link to an equal one is read there', async () => {
  const equal = layer().file('a', 'a').tar();
  const built = buildImage({ layers: [equal, equal] });
  const manifest = [{ Config: 'c.json', Layers: ['one/layer.tar', 'two/layer.tar'] }];
  const files = {
    'manifest.json': JSON.stringify(manifest),
    'c.json': built.config.bytes,
    'one/layer.tar': equal.bytes,
  };

  const { bytes } = await open(
    writeTar(files, undefined, [{ path: 'two/layer.tar', type: '2', target: '../one/layer.tar' }]),
  );

  expect(bytes.map(digestOf)).toEqual([equal.digest, equal.digest]);
});

test('several images in a docker-archive are told apart by platform, or refused', async () => {
  const entry = (built: BuiltImage) => ({
    Config: `${built.config.digest}.json`,
    RepoTags: [`demo:${built.platform.architecture}`],
    Layers: built.layers.map(({ digest }) => digest),
  });
  const files: Files = {
    'manifest.json': JSON.stringify([entry(amd64), entry(arm64)]),
    ...Object.fromEntries(
      [amd64, arm64].flatMap((built) => [
        [`${built.config.digest}.json`, built.config.bytes],
        ...built.layers.map(({ digest, bytes }) => [digest, bytes]),
      ]),
    ),
  };

  expect((await open(writeTar(files), 'linux/arm64')).imageId).toBe(arm64.config.digest);
  await expect(open(writeTar(files))).rejects.toMatchObject({
    code: 'manifest-unsupported',
    message: expect.stringContaining('demo:amd64, demo:arm64'),
  });
});

test('a config that names another number of layers is refused', async () => {
  const files = { 'manifest.json': '[{"Config":"c.json","Layers":[]}]', 'c.json': amd64.config.bytes };

  await expect(open(writeTar(files))).rejects.toMatchObject({
    code: 'manifest-unsupported',
    message: expect.stringContaining('0 layers, but its config names 2'),
  });
});

test('what is no archive, or is not there, says so', async () => {
  const text = join(folder, 'text');
  writeFileSync(text, 'no archive at all '.repeat(100));

  await expect(open(text)).rejects.toMatchObject({ code: 'layer-corrupt', message: expect.stringContaining(text) });
  await expect(open(join(folder, 'absent'))).rejects.toMatchObject({ code: 'image-not-found' });
});

test('an archive that takes more disk than allowed when unpacked is refused with the setting', async () => {
  const opening = openArchiveImage(writeTar(layout([amd64]), gzipSync), undefined, signal, 1_000);

  await expect(opening).rejects.toMatchObject({
    code: 'limit-exceeded',
    message: expect.stringContaining('PLIMSOLL_MAX_TEMPORARY_BYTES'),
  });
});

test('an abort ends the opening and leaves no temporary file', async () => {
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('plimsoll-'));

  const opening = openArchiveImage(writeTar(layout([amd64]), gzipSync), undefined, AbortSignal.abort());

  await expect(opening).rejects.toMatchObject({ code: 'canceled' });
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('plimsoll-'))).toEqual(before);
});

const real = join(import.meta.dirname, '../../../shared/data/images');
if (!existsSync(real)) console.warn('SKIPPED: ../shared/data/images is absent, so real archives are not opened');

test.skipIf(!existsSync(real)).each([
  ['alpine-310.tar.gz', undefined, 'linux/amd64', 1],
  ['alpine-311.tar.gz', undefined, 'linux/amd64', 1],
  ['busybox-single-arch-with-attestation-manifest.tar', undefined, 'linux/arm64', 1],
  ['busybox.armv7.tar', undefined, 'linux/arm/v7', 1],
  ['busybox.armv7.tar', 'linux/arm/v7', 'linux/arm/v7', 1],
  ['java-uberjar.tar', undefined, 'linux/amd64', 2],
  ['kaniko-busybox.tar', undefined, 'linux/amd64', 1],
])('opens the real archive %s (platform %s)', async (name, wanted, platform, layers) => {
  const opened = await open(join(real, name), wanted);

  expect(opened.platform).toMatch(platform);
  expect(opened.bytes.map(digestOf)).toEqual(opened.source.layers.map(({ digest }) => digest));
  expect(opened.source.layers).toHaveLength(layers);
});
