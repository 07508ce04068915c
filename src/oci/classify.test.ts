import { describe, expect, test } from 'vitest';
import { classifyConfig, classifyImageManifest, classifyIndex, classifyIndexChild, classifyTag } from './classify.ts';
import { parseConfig } from './parse-config.ts';
import { parseDigest } from './parse-digest.ts';
import type { IndexChild, OciImageManifest } from './parse-manifest.ts';

const hex = 'ab'.repeat(32);
const digest = parseDigest(`sha256:${hex}`);
const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json';
const ociConfig = 'application/vnd.oci.image.config.v1+json';
const tarLayer = 'application/vnd.oci.image.layer.v1.tar+gzip';

test.each([
  ['latest', undefined],
  ['sha256-abc.sig', undefined],
  [`sha256-${hex}.sig`, 'signature'],
  [`sha256-${hex}.att`, 'attestation'],
  [`sha256-${hex}.sbom`, 'sbom'],
  [`sha256-${hex}`, 'artifact'],
  [`sha256-${hex}.exe`, undefined],
])('the tag %s is skipped as %s', (tag, expected) => {
  expect(classifyTag(tag)).toBe(expected);
});

describe('an entry of an index', () => {
  test.each<[string, Partial<IndexChild>, string | undefined]>([
    ['a platform image', { platform: { os: 'linux', architecture: 'amd64' } }, undefined],
    ['an image without platform', {}, undefined],
    ['an image whose type is told', { artifactType: ociConfig }, undefined],
    [
      'a BuildKit attestation',
      {
        platform: { os: 'unknown', architecture: 'unknown' },
        annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
      },
      'attestation',
    ],
    ['an unknown platform', { platform: { os: 'unknown', architecture: 'unknown' } }, 'platform-unknown'],
    ['an SBOM referrer', { artifactType: 'application/vnd.cyclonedx+json' }, 'sbom'],
    ['a nested index', { mediaType: 'application/vnd.oci.image.index.v1+json' }, 'manifest-unsupported'],
    ['schema 1', { mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws' }, 'manifest-unsupported'],
    ['a BuildKit cache layer', { mediaType: tarLayer }, 'artifact'],
    ['a BuildKit cache config', { mediaType: 'application/vnd.buildkit.cacheconfig.v0' }, 'artifact'],
  ])('%s', (_, child, expected) => {
    expect(classifyIndexChild({ mediaType: ociManifest, digest, size: 1, annotations: {}, ...child })).toBe(expected);
  });
});

describe('an image manifest', () => {
  const manifest = (
    mediaType: string,
    config: string,
    layers: string[],
    extra: Partial<OciImageManifest> = {},
  ): OciImageManifest => ({
    kind: 'image',
    mediaType,
    config: { mediaType: config, digest, size: 1 },
    layers: layers.map((layer) => ({ mediaType: layer, digest, size: 1 })),
    annotations: {},
    ...extra,
  });
  const subject = { mediaType: ociManifest, digest, size: 1 };

  test.each<[string, OciImageManifest, string | undefined]>([
    ['an OCI image', manifest(ociManifest, ociConfig, [tarLayer]), undefined],
    ['an image without layers', manifest(ociManifest, ociConfig, []), undefined],
    ['a zstd image', manifest(ociManifest, ociConfig, ['application/vnd.oci.image.layer.v1.tar+zstd']), undefined],
    [
      'a Docker image with a foreign layer',
      manifest(dockerManifest, 'application/vnd.docker.container.image.v1+json', [
        'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      ]),
      undefined,
    ],
    [
      'an image of Docker 1.10',
      manifest(dockerManifest, 'application/octet-stream', ['application/vnd.docker.image.rootfs.diff.tar.gzip']),
      undefined,
    ],
    [
      'a cosign signature',
      manifest(ociManifest, ociConfig, ['application/vnd.dev.cosign.simplesigning.v1+json']),
      'signature',
    ],
    [
      'a cosign attestation',
      manifest(ociManifest, ociConfig, ['application/vnd.dsse.envelope.v1+json']),
      'attestation',
    ],
    ['a cosign SBOM', manifest(ociManifest, ociConfig, ['text/spdx+json']), 'sbom'],
    ['a BuildKit attestation', manifest(ociManifest, ociConfig, ['application/vnd.in-toto+json']), 'attestation'],
    [
      'a notation signature',
      manifest(ociManifest, 'application/vnd.cncf.notary.signature', ['application/jose+json'], { subject }),
      'signature',
    ],
    [
      'a helm chart',
      manifest(ociManifest, 'application/vnd.cncf.helm.config.v1+json', [
        'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
      ]),
      'chart',
    ],
    [
      'a sigstore bundle',
      manifest(ociManifest, 'application/vnd.oci.empty.v1+json', ['application/vnd.dev.sigstore.bundle.v0.3+json'], {
        subject,
      }),
      'attestation',
    ],
    [
      'an ORAS artifact',
      manifest(ociManifest, 'application/vnd.oci.empty.v1+json', ['text/plain'], { artifactType: 'x/y' }),
      'artifact',
    ],
    ['an image with a subject', manifest(ociManifest, ociConfig, [tarLayer], { subject }), 'artifact'],
    ['a BuildKit cache', manifest(ociManifest, 'application/vnd.buildkit.cacheconfig.v0', [tarLayer]), 'artifact'],
    ['a wasm module', manifest(ociManifest, 'application/vnd.wasm.config.v0+json', ['application/wasm']), 'artifact'],
  ])('%s', (_, value, expected) => {
    expect(classifyImageManifest(value)).toBe(expected);
  });
});

test('an index that refers to another manifest holds no images', () => {
  const index = { kind: 'index', mediaType: '', children: [], annotations: {} } as const;

  expect(classifyIndex(index)).toBeUndefined();
  expect(classifyIndex({ ...index, artifactType: 'application/spdx+json' })).toBe('sbom');
  expect(classifyIndex({ ...index, subject: { mediaType: ociManifest, digest, size: 1 } })).toBe('artifact');
});

test('a config that claims no platform at all cannot run', () => {
  expect(classifyConfig(parseConfig(Buffer.from('{"os":"unknown","architecture":"unknown"}'), 'x'))).toBe(
    'platform-unknown',
  );
  expect(classifyConfig(parseConfig(Buffer.from('{"os":"linux","architecture":"amd64"}'), 'x'))).toBeUndefined();
});
