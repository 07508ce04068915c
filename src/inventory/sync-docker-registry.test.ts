import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildAttestation, buildImage, buildIndex } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import { createSchema1Manifest } from '../../test/support/create-schema1-manifest.ts';
import { createTestImage, toContent } from '../../test/support/create-test-image.ts';
import { createTestSystem } from '../../test/support/create-test-system.ts';
import { openTestStore, type StoreEngine, sqliteEngine } from '../../test/support/open-test-store.ts';
import { deleteManifest, pushBlob, pushImage, pushManifest } from '../../test/support/push-image.ts';
import { runCommand } from '../../test/support/run-command.ts';
import {
  type DockerRegistry,
  hasDockerRegistry,
  hasSkopeo,
  startDockerRegistry,
} from '../../test/support/start-docker-registry.ts';
import { writeLayout } from '../../test/support/write-layout.ts';
import { createDistributionClient } from '../registries/distribution/create-distribution-client.ts';
import type { Store } from '../store/store.ts';
import { syncRegistry } from './sync-registry.ts';

const available = hasDockerRegistry() && hasSkopeo();
if (!available)
  console.warn('SKIPPED: docker-registry or skopeo is missing, so sync is not proved against the real one');

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const auth = { username: 'robot', password: 'correct horse' };

// One story, told in order: each test starts from what the one before has left in the registry.
describe.skipIf(!available)('sync of the real docker-registry', () => {
  const v1 = createTestImage('v1');
  const v2 = createTestImage('v2');
  let engine: StoreEngine;
  let store: Store;
  let clock: { now: Date };
  let docker: DockerRegistry;
  let registryId: number;
  let work: string;
  const target = () => ({ url: docker.url, auth });

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'plimsoll-sync-'));
    engine = await sqliteEngine();
    ({ store, clock } = await openTestStore(engine));
    docker = await startDockerRegistry({ auth, schema1: true });
    ({ id: registryId } = await store.registries.add({
      ...{ type: 'docker', url: docker.url, ...auth, insecure: false, speedLimit: 0, name: 'lab' },
      ...{ netType: 'private', region: 'default', version: '', instanceId: '', syncMode: 0, needScan: false },
      ...{ webhookUrl: '', webhookToken: '' },
    }));
  });
  afterAll(async () => {
    await docker?.stop();
    await store?.close();
    await engine?.stop();
    await rm(work, { recursive: true, force: true });
  });

  async function sync(url = docker.url) {
    clock.now = new Date(clock.now.getTime() + 60_000);
    const registry = await store.registries.get(registryId);
    const settings = await store.registries.settings(registryId);
    if (!registry || !settings) return expect.unreachable();
    const system = createTestSystem();
    const client = createDistributionClient({ ...settings, url }, { allowPrivate: true }, { system });
    try {
      return await syncRegistry(registry, client, { store, now: () => clock.now }, new AbortController().signal);
    } finally {
      await client.close();
    }
  }

  async function rows(): Promise<readonly string[]> {
    const ids = await store.images.select({ all: true });
    const images = await Promise.all(ids.map((id) => store.images.get(id)));
    return images.map((image) => `${image?.repository}:${image?.tag} ${image?.platform}`).sort();
  }

  test('images are rows, everything else is skipped and counted', async () => {
    const amd64 = buildImage({ created: '2026-01-01T00:00:00Z', layers: [layer().file('a', 'amd64').gzip()] });
    const arm64 = buildImage({
      platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
      layers: [layer().file('a', 'arm64').zstd()],
    });
    const children = [amd64, arm64, buildAttestation(amd64)];
    await writeLayout(work, buildIndex(children), children);
    await runCommand('skopeo', [
      ...['copy', '--quiet', '--all', '--dest-tls-verify=false', `--dest-creds=${auth.username}:${auth.password}`],
      ...[`oci:${work}:latest`, `docker://${new URL(docker.url).host}/team/multi:1`],
    ]);
    for (const tag of ['1.0', 'stable']) await pushImage(target(), 'team/app', tag, v1);
    await pushImage(target(), 'only', 'x', v2);

    const signature = toContent('application/vnd.dev.cosign.simplesigning.v1+json', '{}');
    const chart = toContent('application/vnd.cncf.helm.config.v1+json', '{"name":"c"}');
    const empty = toContent('application/vnd.oci.empty.v1+json', '{}');
    const imageConfig = toContent(CONFIG, '{"os":"linux","architecture":"amd64"}');
    for (const blob of [signature, chart, empty, imageConfig]) await pushBlob(target(), 'team/app', blob);
    const descriptor = ({ mediaType, digest, body }: typeof chart) => ({ mediaType, digest, size: body.byteLength });
    const manifestOf = (config: typeof chart, layers: readonly (typeof chart)[], more = {}) => {
      const parts = { config: descriptor(config), layers: layers.map(descriptor), ...more };
      return toContent(MANIFEST, JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, ...parts }));
    };
    const subject = { subject: descriptor(v1.manifest) };
    for (const [tag, content] of [
      [`${v1.manifest.digest.replace(':', '-')}.sig`, manifestOf(imageConfig, [signature])],
      ['renamed-signature', manifestOf(imageConfig, [signature], subject)],
      ['chart', manifestOf(chart, [empty])],
      [
        'bundle',
        manifestOf(empty, [empty], { ...subject, artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json' }),
      ],
      ['old', createSchema1Manifest('team/app', 'old', v1.layers)],
    ] as const)
      await pushManifest(target(), 'team/app', tag, content);

    const result = await sync();

    expect(await rows()).toEqual([
      'only:x linux/amd64',
      'team/app:1.0 linux/amd64',
      'team/app:stable linux/amd64',
      'team/multi:1 linux/amd64',
      'team/multi:1 linux/arm64/v8',
    ]);
    expect(result).toMatchObject({
      repositories: 3,
      skipped: { attestation: 2, signature: 2, chart: 1, 'manifest-unsupported': 1 },
      unread: [],
      notes: [expect.stringMatching(/^team\/app:old: .*schema 1/)],
    });
  });

  test('a second walk finds everything unchanged but what it could not keep', async () => {
    const before = await store.images.select({ all: true });

    const result = await sync();

    // Of nine tags the signature is known by its name, and schema 1 is looked at each time.
    expect(result).toMatchObject({ tags: 9, unchanged: 7, removedImages: 0, skipped: { attestation: 2, chart: 1 } });
    expect(await store.images.select({ all: true })).toEqual(before);
  });

  test('a moved tag has a new row, the other tag of the same artifact keeps its own', async () => {
    await pushImage(target(), 'team/app', 'stable', v2);

    await sync();

    expect((await store.images.select({ all: true })).length).toBe(5);
    const [stable, fixed] = await Promise.all(['stable', '1.0'].map((tag) => byTag(tag)));
    expect([stable?.imageId, fixed?.imageId]).toEqual([v2.config.digest, v1.config.digest]);
  });

  test('a deleted manifest takes the rows of its tags, and its empty repository stays in the catalog', async () => {
    await deleteManifest(target(), 'only', v2.manifest.digest);

    const result = await sync();

    expect(result).toMatchObject({ repositories: 3, removedImages: 1, unread: [] });
    expect(await rows()).not.toContain('only:x linux/amd64');
  });

  test('an empty disk in place of the old one removes nothing', async () => {
    const empty = await startDockerRegistry({ auth });
    const before = await rows();

    await expect(sync(empty.url)).rejects.toMatchObject({ code: 'catalog-empty' });

    await empty.stop();
    expect(await rows()).toEqual(before);
    expect(await sync()).toMatchObject({ removedImages: 0 });
  });

  async function byTag(tag: string) {
    const [id = 0] = await store.images.select({
      conditions: [{ kind: 'text', field: 'tag', match: 'equals', values: [tag] }],
    });
    return store.images.get(id);
  }
});
