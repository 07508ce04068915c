import { expect, onTestFinished, test } from 'vitest';
import { type Content, createTestImage, createTestIndex, toContent } from '../../test/support/create-test-image.ts';
import { type FakeRegistry, startFakeRegistry } from '../../test/support/start-fake-registry.ts';
import { parseReference } from '../oci/parse-reference.ts';
import { parsePlatform } from '../oci/platform.ts';
import { docker } from '../registries/types/docker.ts';
import { findRegistryImage } from './find-registry-image.ts';

const INDEX = 'application/vnd.oci.image.index.v1+json';

/** An index whose parts are these. */
function indexOf(...parts: readonly Content[]): Content {
  const manifests = parts.map(({ mediaType, digest, body }) => ({ mediaType, digest, size: body.byteLength }));
  return toContent(INDEX, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
}

async function find(registry: FakeRegistry, platform?: string) {
  const { host } = new URL(registry.url);
  const client = docker.connect(
    { type: 'docker', url: registry.url, username: '', password: '', insecure: false, speedLimit: 0 },
    { allowPrivate: true },
  );
  onTestFinished(() => client.close());
  const wanted = platform === undefined ? undefined : parsePlatform(platform);
  return findRegistryImage(client, parseReference(`${host}/team/app:1`), wanted, new AbortController().signal);
}

async function serve(top: Content, ...rest: readonly Content[]): Promise<FakeRegistry> {
  const registry = await startFakeRegistry();
  for (const content of rest) registry.addContent('team/app', content);
  registry.addContent('team/app', top, '1');
  return registry;
}

const amd64 = createTestImage('amd64');
const arm64 = createTestImage('arm64');
const platforms = createTestIndex({ 'linux/amd64': amd64, 'linux/arm64': arm64 });
const images = [amd64, arm64].flatMap((image) => [image.manifest, image.config, ...image.layers]);

test('the image of an index in an index is found, for the default platform and for another', async () => {
  const registry = await serve(indexOf(platforms), platforms, ...images);

  expect((await find(registry)).digest).toBe(amd64.manifest.digest);
  expect((await find(registry, 'linux/arm64')).digest).toBe(arm64.manifest.digest);
});

test('an index within an index within an index is walked', async () => {
  const registry = await serve(indexOf(indexOf(platforms)), indexOf(platforms), platforms, ...images);

  expect((await find(registry)).digest).toBe(amd64.manifest.digest);
});

test('indexes nested too deep are refused, not followed', async () => {
  const levels = [platforms];
  for (let i = 0; i < 4; i++) levels.unshift(indexOf(...levels.slice(0, 1)));
  const [top = platforms, ...rest] = levels;
  const registry = await serve(top, ...rest, ...images);

  await expect(find(registry)).rejects.toThrow('nested more than 3 deep');
});

test('many indexes in one are refused after some', async () => {
  const many = Array.from({ length: 60 }, (_, i) =>
    toContent(INDEX, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [], annotations: { i: `${i}` } })),
  );
  const registry = await serve(indexOf(...many), ...many);

  await expect(find(registry)).rejects.toThrow('holds more than 50 indexes');
});

test('what the index names itself comes before what the indexes in it name, and those are not asked for', async () => {
  const direct = createTestImage('direct');
  const manifests = [
    { mediaType: INDEX, digest: platforms.digest, size: platforms.body.byteLength },
    {
      mediaType: direct.manifest.mediaType,
      digest: direct.manifest.digest,
      size: direct.manifest.body.byteLength,
      platform: { os: 'linux', architecture: 'amd64' },
    },
  ];
  const top = toContent(INDEX, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
  // The nested index is not even there.
  const registry = await serve(top, direct.manifest, direct.config, ...direct.layers);

  expect((await find(registry)).digest).toBe(direct.manifest.digest);
});

test('a platform that no index has is refused with all that they offer', async () => {
  const registry = await serve(indexOf(platforms), platforms, ...images);

  await expect(find(registry, 'linux/s390x')).rejects.toThrow(
    'has no image for linux/s390x; it offers linux/amd64, linux/arm64. Choose one with --platform.',
  );
});
