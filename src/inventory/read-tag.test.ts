import { describe, expect, test } from 'vitest';
import { type Content, createTestImage, digestOf, toContent } from '../../test/support/create-test-image.ts';
import { openTestClient } from '../../test/support/open-test-client.ts';
import { type FakeRegistry, startFakeRegistryForTest } from '../../test/support/start-fake-registry.ts';
import { createImageCache } from './create-image-cache.ts';
import { readTag } from './read-tag.ts';

const { signal } = new AbortController();
const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';

const descriptor = ({ mediaType, digest, body }: Content) => ({ mediaType, digest, size: body.byteLength });

interface Child {
  readonly content: Content;
  readonly platform?: object;
  readonly more?: object;
}

const indexOf = (...children: readonly Child[]): Content =>
  toContent(
    INDEX,
    JSON.stringify({
      schemaVersion: 2,
      mediaType: INDEX,
      manifests: children.map(({ content, platform, more }) => ({ ...descriptor(content), platform, ...more })),
    }),
  );

/** An image of any config and, if asked, a manifest that says something else about it. */
function imageOf(
  config: object,
  manifestFields: object = {},
): { readonly manifest: Content; readonly config: Content } {
  const configContent = toContent(CONFIG, JSON.stringify(config));
  const manifest = { schemaVersion: 2, mediaType: MANIFEST, config: descriptor(configContent), layers: [] };
  return { config: configContent, manifest: toContent(MANIFEST, JSON.stringify({ ...manifest, ...manifestFields })) };
}

function put(registry: FakeRegistry, ...images: readonly { readonly manifest: Content; readonly config: Content }[]) {
  for (const { manifest, config } of images) {
    registry.addContent('app', manifest);
    registry.addContent('app', config);
  }
}

async function read(registry: FakeRegistry, top: Content) {
  registry.addContent('app', top, 'tag');
  return readTag(openTestClient(registry.url), 'app', 'tag', createImageCache(), signal);
}

const amd64 = imageOf({ os: 'linux', architecture: 'amd64' });
const arm64 = imageOf({ os: 'linux', architecture: 'arm64', variant: 'v8' });

test('indexes within an index are walked', async () => {
  const registry = await startFakeRegistryForTest();
  const inner = indexOf({ content: arm64.manifest });
  put(registry, amd64, arm64);
  registry.addContent('app', inner);

  const { tag, notes } = await read(registry, indexOf({ content: amd64.manifest }, { content: inner }));

  expect(tag.images.map(({ platform }) => platform)).toEqual(['linux/amd64', 'linux/arm64/v8']);
  expect(tag.skipped).toEqual({});
  expect(notes).toEqual([]);
});

test('an index within an index that holds attestations is skipped by its type', async () => {
  const registry = await startFakeRegistryForTest();
  put(registry, amd64);
  const referrers = { content: indexOf(), more: { artifactType: 'application/vnd.in-toto+json' } };

  const { tag } = await read(registry, indexOf({ content: amd64.manifest }, referrers));

  expect(tag.images).toHaveLength(1);
  expect(tag.skipped).toEqual({ attestation: 1 });
});

test('indexes nested without end are refused', async () => {
  const registry = await startFakeRegistryForTest();
  put(registry, amd64);
  let top = indexOf({ content: amd64.manifest });
  for (let depth = 1; depth < 4; depth += 1) {
    registry.addContent('app', top);
    top = indexOf({ content: top });
  }

  await expect(read(registry, top)).rejects.toMatchObject({ code: 'limit-exceeded' });
});

test('indexes that multiply are refused', async () => {
  const registry = await startFakeRegistryForTest();
  put(registry, amd64);
  const inner = indexOf(...Array<Child>(40).fill({ content: amd64.manifest }));
  registry.addContent('app', inner);

  const reading = read(registry, indexOf(...Array<Child>(40).fill({ content: inner })));

  await expect(reading).rejects.toMatchObject({ code: 'limit-exceeded', message: expect.stringContaining('1024') });
});

test('configs that would fill the memory are refused', async () => {
  const registry = await startFakeRegistryForTest();
  const images = Array.from({ length: 8 }, (_, seed) =>
    imageOf({ os: 'linux', architecture: 'amd64', author: String(seed).repeat(7 * 1024 ** 2) }),
  );
  put(registry, ...images);

  const reading = read(registry, indexOf(...images.map(({ manifest }) => ({ content: manifest }))));

  await expect(reading).rejects.toMatchObject({ code: 'limit-exceeded', message: expect.stringContaining('configs') });
  expect(registry.requests.filter(({ url }) => url.includes('/blobs/'))).toHaveLength(5);
});

describe('the platform', () => {
  test('takes the variant from the index where the config has none', async () => {
    const registry = await startFakeRegistryForTest();
    const [v6, v7, other] = ['6', '7', 'x'].map((seed) => imageOf({ os: 'linux', architecture: 'arm', author: seed }));
    if (!v6 || !v7 || !other) return expect.unreachable();
    put(registry, v6, v7, other);

    const { tag } = await read(
      registry,
      indexOf(
        { content: v6.manifest, platform: { os: 'linux', architecture: 'arm', variant: 'v6' } },
        { content: v7.manifest, platform: { os: 'linux', architecture: 'arm', variant: 'v7' } },
        { content: other.manifest, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
      ),
    );

    expect(tag.images.map(({ platform }) => platform)).toEqual(['linux/arm/v6', 'linux/arm/v7', 'linux/arm']);
  });

  test('is unknown where nobody says', async () => {
    const registry = await startFakeRegistryForTest();
    const image = imageOf({});
    put(registry, image);

    const { tag } = await read(registry, image.manifest);

    expect(tag.images).toMatchObject([{ platform: 'linux/unknown' }]);
    expect(tag.images[0]).not.toHaveProperty('createdAt');
  });
});

describe('a platform that cannot be read does not hide the others', () => {
  const absent = imageOf({ os: 'linux', architecture: 's390x' });
  const lying = imageOf(
    { os: 'linux', architecture: 'riscv64' },
    {
      config: { mediaType: CONFIG, digest: arm64.config.digest, size: 3 },
    },
  );
  const broken = { manifest: toContent(MANIFEST, '{"config":7,"layers":[]}'), config: arm64.config };
  const platform = { os: 'linux', architecture: 's390x' };

  test.each([
    ['the registry does not hold its manifest', absent, [], { unreadable: 1 }, false],
    ['the registry does not hold its config', absent, [absent.manifest], { unreadable: 1 }, false],
    ['its config has another size', lying, [lying.manifest, lying.config, arm64.config], { unreadable: 1 }, true],
    ['its manifest is malformed', broken, [broken.manifest], { 'manifest-unsupported': 1 }, false],
  ] as const)('%s', async (_, image, contents, skipped, incomplete) => {
    const registry = await startFakeRegistryForTest();
    put(registry, amd64);
    for (const content of contents) registry.addContent('app', content);

    const found = await read(registry, indexOf({ content: image.manifest, platform }, { content: amd64.manifest }));

    expect(found.tag.images.map((each) => each.platform)).toEqual(['linux/amd64']);
    expect(found).toMatchObject({ tag: { skipped }, incomplete });
    expect(found.notes).toEqual([
      expect.stringContaining(`linux/s390x ${image.manifest.digest} is named by its index`),
    ]);
  });

  test('but a fault of the server concerns the whole tag', async () => {
    const registry = await startFakeRegistryForTest({
      intercept: (request, response) => {
        if (!request.url?.endsWith(amd64.manifest.digest)) return false;
        response.writeHead(403).end();
        return true;
      },
    });
    put(registry, amd64, arm64);

    await expect(
      read(registry, indexOf({ content: arm64.manifest }, { content: amd64.manifest })),
    ).rejects.toMatchObject({ code: 'permission-denied' });
  });
});

test('a single image without its config is an error, not an empty tag', async () => {
  const registry = await startFakeRegistryForTest();

  await expect(read(registry, amd64.manifest)).rejects.toMatchObject({ code: 'image-not-found' });
});

test('foreign layers are listed as they are, and nobody goes where they point', async () => {
  const elsewhere = await startFakeRegistryForTest();
  const registry = await startFakeRegistryForTest();
  const foreign = {
    mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    digest: digestOf(Buffer.from('base')),
    size: 9,
    urls: [`${elsewhere.url}/layer`],
  };
  const image = imageOf({ os: 'windows', architecture: 'amd64' }, { layers: [foreign] });
  put(registry, image);

  const { tag } = await read(registry, image.manifest);

  const { urls: _, ...listed } = foreign;
  expect(tag.images).toMatchObject([{ platform: 'windows/amd64', artifact: { os: 'windows', layers: [listed] } }]);
  expect(elsewhere.requests).toEqual([]);
});

test('what only looks like an image is skipped and counted by its kind', async () => {
  const registry = await startFakeRegistryForTest();
  const layer = (mediaType: string) => ({ layers: [{ mediaType, digest: digestOf(Buffer.from(mediaType)), size: 1 }] });
  const config = (mediaType: string) => ({ config: { mediaType, digest: amd64.config.digest, size: 2 } });
  const subject = { subject: descriptor(amd64.manifest) };
  const kinds: readonly object[] = [
    layer('application/vnd.dev.cosign.simplesigning.v1+json'),
    layer('application/vnd.in-toto+json'),
    { ...config('application/vnd.oci.empty.v1+json'), ...subject, artifactType: 'application/spdx+json' },
    config('application/vnd.cncf.helm.config.v1+json'),
    config('application/vnd.oci.empty.v1+json'),
    { artifactType: 'application/vnd.example.thing' },
    subject,
  ];
  const images = kinds.map((kind) => imageOf({ os: 'linux', architecture: 'amd64' }, kind));
  const unknown = imageOf({ os: 'unknown', architecture: 'unknown' });
  put(registry, amd64, unknown, ...images);

  const { tag, notes } = await read(
    registry,
    indexOf(
      { content: amd64.manifest },
      { content: unknown.manifest },
      { content: unknown.manifest, platform: { os: 'unknown', architecture: 'unknown' } },
      ...images.map(({ manifest }) => ({ content: manifest })),
    ),
  );

  expect(tag.images).toHaveLength(1);
  expect(tag.skipped).toEqual({
    'platform-unknown': 2,
    signature: 1,
    attestation: 1,
    sbom: 1,
    chart: 1,
    artifact: 3,
  });
  expect(notes).toEqual([]);
});

test('an index that two tags share has its platforms read once', async () => {
  const registry = await startFakeRegistryForTest();
  put(registry, amd64, arm64);
  const index = indexOf({ content: amd64.manifest }, { content: arm64.manifest });
  registry.addContent('app', index, 'a');
  registry.addContent('app', index, 'b');
  const client = openTestClient(registry.url);
  const cache = createImageCache();

  for (const tag of ['a', 'b']) await readTag(client, 'app', tag, cache, signal);

  expect(registry.requests.map(({ url }) => url.split('/').at(-1))).toEqual([
    'a',
    amd64.manifest.digest,
    amd64.config.digest,
    arm64.manifest.digest,
    arm64.config.digest,
    'b',
  ]);
});

test('a part that is something other than its index says is named', async () => {
  const registry = await startFakeRegistryForTest();
  put(registry, amd64);
  const inner = indexOf({ content: amd64.manifest });
  registry.addContent('app', inner);

  const found = await read(
    registry,
    indexOf({ content: inner, more: { mediaType: MANIFEST } }, { content: amd64.manifest, more: { mediaType: INDEX } }),
  );

  expect(found.tag).toMatchObject({ images: [], skipped: { 'manifest-unsupported': 2 } });
  expect(found.notes).toHaveLength(2);
});

test('an image that two tags share is read once', async () => {
  const registry = await startFakeRegistryForTest();
  const image = createTestImage('shared');
  registry.add('app', 'a', image);
  registry.add('app', 'b', image);
  const client = openTestClient(registry.url);
  const cache = createImageCache();

  const tags = await Promise.all(['a', 'b'].map((tag) => readTag(client, 'app', tag, cache, signal)));

  expect(tags.map(({ tag }) => tag.images)).toEqual([tags[0]?.tag.images, tags[0]?.tag.images]);
  expect(registry.requests.filter(({ url }) => url.includes('/blobs/'))).toHaveLength(1);
});
