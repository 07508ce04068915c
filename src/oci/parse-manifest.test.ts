import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../model/app-error.ts';
import { parseManifest } from './parse-manifest.ts';

const digest = (character: string) => `sha256:${character.repeat(64)}`;
const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digest('b'), size: 2 };
const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digest('a'), size: 1 };
const image = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config, layers: [layer] };
const child = { mediaType: image.mediaType, digest: digest('c'), size: 3 };
const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [child] };

function parse(value: unknown, mediaType = '') {
  return parseManifest({ mediaType, body: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)) });
}

test('an index keeps its children with platform, annotations and type', () => {
  const manifests = [
    { ...child, platform: { os: 'linux', architecture: 'arm64', variant: 'v8', extra: 1 }, annotations: { a: 'b' } },
    { ...child, artifactType: 'x/y', platform: { os: 'windows', architecture: 'amd64', 'os.version': '10.0.1' } },
    { ...child, platform: null, annotations: null },
  ];

  expect(parse({ ...index, manifests })).toEqual({
    kind: 'index',
    mediaType: index.mediaType,
    annotations: {},
    children: [
      { ...child, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' }, annotations: { a: 'b' } },
      {
        ...child,
        artifactType: 'x/y',
        platform: { os: 'windows', architecture: 'amd64', osVersion: '10.0.1' },
        annotations: {},
      },
      { ...child, annotations: {} },
    ],
  });
});

test('an empty artifact type is none', () => {
  expect(parse({ ...index, manifests: [{ ...child, artifactType: '' }] })).toMatchObject({
    children: [expect.not.objectContaining({ artifactType: '' })],
  });
});

test('the sizes of the largest image still add up to a whole number', () => {
  const layers = Array(1_024).fill({ ...layer, size: 2 ** 40 });

  const manifest = parse({ ...image, config: { ...config, size: 2 ** 40 }, layers });

  const size = manifest.kind === 'image' ? manifest.layers.reduce((sum, each) => sum + each.size, 0) : Number.NaN;
  expect(size + 2 ** 40).toBeLessThan(Number.MAX_SAFE_INTEGER);
});

test('an image manifest keeps config, layers, foreign urls and subject', () => {
  const foreign = {
    ...layer,
    mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    urls: ['https://x.example'],
  };

  expect(parse({ ...image, layers: [layer, foreign], subject: config, artifactType: 'x/y' })).toEqual({
    kind: 'image',
    mediaType: image.mediaType,
    config,
    layers: [layer, foreign],
    subject: config,
    artifactType: 'x/y',
    annotations: {},
  });
});

test('the Content-Type stands in for a mediaType that the body lacks', () => {
  const { mediaType: _, ...bare } = image;

  expect(parse(bare, 'application/vnd.docker.distribution.manifest.v2+json; charset=utf-8').mediaType).toBe(
    'application/vnd.docker.distribution.manifest.v2+json',
  );
  expect(parse(bare, 'text/plain').kind).toBe('image');
});

test('a list that Go wrote as null is empty', () => {
  expect(parse({ ...image, layers: null })).toMatchObject({ layers: [] });
  expect(parse({ ...index, manifests: null })).toMatchObject({ children: [] });
});

describe('what cannot be trusted is refused', () => {
  test.each<[string, unknown, string, string]>([
    ['schema 1', { schemaVersion: 1, fsLayers: [] }, '', 'schema 1'],
    ['both kinds at once (CVE-2021-41190)', { ...index, ...image }, '', 'both'],
    ['neither kind', { schemaVersion: 2 }, '', 'neither'],
    ['an index declared as an image', index, 'application/vnd.oci.image.manifest.v1+json', 'declared'],
    ['an image declared as an index', { ...image, mediaType: index.mediaType }, '', 'declared'],
    ['no JSON', 'not json', '', 'JSON'],
    ['missing layers', { ...image, layers: undefined }, '', 'layers'],
    ['a wrong digest', { ...image, config: { ...config, digest: 'sha256:12' } }, '', 'config.digest'],
    [
      'a sha512 digest',
      { ...image, config: { ...config, digest: `sha512:${'a'.repeat(128)}` } },
      '',
      'other than sha256',
    ],
    ['a negative size', { ...image, layers: [{ ...layer, size: -1 }] }, '', 'layers.0.size'],
    ['a size that no blob has', { ...image, layers: [{ ...layer, size: 2 ** 40 + 1 }] }, '', 'layers.0.size'],
    ['a fractional size', { ...image, layers: [{ ...layer, size: 1.5 }] }, '', 'layers.0.size'],
  ])('%s', (_, value, mediaType, why) => {
    expect(() => parse(value, mediaType)).toThrowError(
      expect.objectContaining({ code: 'manifest-unsupported', message: expect.stringContaining(why) }),
    );
  });

  test.each<[string, string]>([
    ['4 MiB', ' '.repeat(4 * 1024 ** 2 + 1)],
    ['1024 layers', JSON.stringify({ ...image, layers: Array(1025).fill(layer) })],
    ['1024 children', JSON.stringify({ ...index, manifests: Array(1025).fill(child) })],
  ])('more than %s', (_, text) => {
    expect(() => parse(text)).toThrowError(expect.objectContaining({ code: 'limit-exceeded' }));
  });

  test('nesting as deep as the limit allows does not break the parser', () => {
    const text = `{"manifests":[],"x":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`;

    expect(() => parse(text)).not.toThrow(RangeError);
  });
});

test('any document yields a manifest or an AppError', () => {
  const value = fc.record(
    {
      schemaVersion: fc.oneof(fc.integer(), fc.string()),
      mediaType: fc.oneof(fc.constantFrom(image.mediaType, index.mediaType), fc.string()),
      config: fc.oneof(fc.constant(config), fc.jsonValue()),
      layers: fc.oneof(fc.constant([layer]), fc.jsonValue()),
      manifests: fc.oneof(fc.constant([child]), fc.jsonValue()),
      annotations: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(value, fc.jsonValue()), (document) => {
      try {
        expect(['index', 'image']).toContain(parse(document).kind);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }),
  );
});
