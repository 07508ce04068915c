import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RegistryClient } from '../../src/registries/registry-client.ts';
import { collect } from '../support/collect.ts';
import { type DockerRegistry, hasDockerRegistry, startDockerRegistry } from '../support/start-docker-registry.ts';
import { startVendorRegistry, type VendorRegistry } from '../support/start-vendor-registry.ts';
import { createWorld, DENIED, pushRepositories, readable } from '../support/vendor-world.ts';
import { harborFirst } from '../support/vendors/harbor-first.ts';

const { signal } = new AbortController();

describe.skipIf(!hasDockerRegistry())('Harbor 1', () => {
  let docker: DockerRegistry;
  let server: VendorRegistry;
  let client: RegistryClient;

  beforeAll(async () => {
    const world = createWorld({ repositories: { 'team-a': 101, 'team-b': 2, 'team-c': 1 }, tags: 3, fewTags: 1 }, true);
    docker = await startDockerRegistry();
    server = await startVendorRegistry(harborFirst, world, docker.url);
    await pushRepositories(docker, world.repositories.slice(0, 2), world.images);
    const settings = { type: 'harbor', url: server.url, ...harborFirst.credentials, insecure: false, speedLimit: 0 };
    client = harborFirst.connect(settings, server.url, {});
  }, 60_000);
  afterAll(async () => {
    await client?.close();
    await server?.stop();
    await docker?.stop();
  });

  test('lists the repositories of every project that it may read, in the fewest requests, as described', async () => {
    const names = await collect(client.repositories(signal));

    expect(names.toSorted()).toEqual(
      readable(server.world)
        .map(({ name }) => name)
        .toSorted(),
    );
    expect(client.warnings()).toEqual([expect.stringContaining(DENIED)]);
    expect(server.api).toHaveLength(harborFirst.least(server.world));
    expect(server.takeFaults()).toEqual([]);
  });

  test('lists tags by the distribution alone, which is no reason to warn', async () => {
    const [large] = server.world.repositories;
    server.forget();

    const tags = await collect(client.tags(large?.name ?? '', signal));

    expect(tags.map(({ name }) => name).toSorted()).toEqual(['v0', 'v1', 'v2']);
    expect(server.api).toEqual([]);
    expect(client.warnings()).toHaveLength(1);
  });
});
