import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { classifyIndexChild } from '../src/oci/classify.ts';
import { parseConfig } from '../src/oci/parse-config.ts';
import { parseManifest } from '../src/oci/parse-manifest.ts';
import { buildAttestation, buildImage, buildIndex } from './build-image.ts';
import { digestOf, layer } from './build-layer.ts';

const long = `${'deep/'.repeat(40)}näme`;
const sample = () =>
  layer()
    .dir('etc')
    .file('etc/hello', 'hello\n', { mode: 0o600 })
    .symlink('etc/link', 'hello')
    .hardlink('etc/hard', 'etc/hello')
    .file(long, 'long')
    .whiteout('etc/old')
    .whiteout('top')
    .opaque('var');

test('tar reads what the builder writes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'build-layer-'));
  const path = join(folder, 'layer.tar');
  writeFileSync(path, sample().tar().bytes);

  const listing = execFileSync('tar', ['--quoting-style=literal', '-tvf', path], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });

  const lines = listing.trim().split('\n');
  const entries = lines.map((line) => `${line.slice(0, 10)} ${line.replace(/^(?:\S+\s+){5}/, '')}`);
  expect(entries).toEqual([
    'drwxr-xr-x etc/',
    '-rw------- etc/hello',
    'lrwxrwxrwx etc/link -> hello',
    'hrw-r--r-- etc/hard link to etc/hello',
    `-rw-r--r-- ${long}`,
    '-rw-r--r-- etc/.wh.old',
    '-rw-r--r-- .wh.top',
    '-rw-r--r-- var/.wh..wh..opq',
  ]);
});

test('the same calls give the same digests, whatever the compression', () => {
  const [tar, gzip, zstd] = [sample().tar(), sample().gzip(), sample().zstd()];

  expect(gzip).toEqual(sample().gzip());
  expect(gzip.diffId).toBe(tar.digest);
  expect(zstd.diffId).toBe(tar.digest);
  expect(digestOf(gunzipSync(gzip.bytes))).toBe(tar.digest);
  expect(digestOf(zstdDecompressSync(zstd.bytes))).toBe(tar.digest);
});

test('an index names its images and marks attestations as BuildKit does', () => {
  const built = sample().gzip();
  const image = buildImage({ created: '2024-05-01T00:00:00Z', layers: [built], config: { User: 'app' } });

  const index = parseManifest({ mediaType: '', body: buildIndex([image, buildAttestation(image)]).bytes });
  const manifest = parseManifest({ mediaType: '', body: image.manifest.bytes });
  const config = parseConfig(image.config.bytes, image.config.digest);

  if (index.kind !== 'index' || manifest.kind !== 'image') throw new Error('wrong kind');
  expect(index.children.map(classifyIndexChild)).toEqual([undefined, 'attestation']);
  expect(index.children[0]).toMatchObject({ digest: image.manifest.digest, platform: { architecture: 'amd64' } });
  expect(manifest.layers).toMatchObject([{ digest: built.digest, size: built.size }]);
  expect(config).toMatchObject({
    os: 'linux',
    architecture: 'amd64',
    diffIds: [built.diffId],
    config: { user: 'app' },
  });
});
