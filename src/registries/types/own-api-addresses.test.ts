import { expect, onTestFinished, test } from 'vitest';
import { collect } from '../../../test/support/collect.ts';
import { createTestSystem } from '../../../test/support/create-test-system.ts';
import { serveForTest } from '../../../test/support/open-test-client.ts';
import { sendJson } from '../../../test/support/start-scripted-server.ts';
import type { SessionDeps } from '../distribution/open-session.ts';
import type { RegistryClient } from '../registry-client.ts';
import { registryTypes } from './index.ts';

const { signal } = new AbortController();

function connect(type: string, url: string, username: string, deps: SessionDeps): RegistryClient {
  const found = registryTypes.find(({ name }) => name === type);
  if (!found) throw new Error(`${type} is no registry type`);
  const settings = { type, url, username, password: 'a-secret', insecure: false, speedLimit: 0 };
  const client = found.connect(settings, { allowPrivate: true }, deps);
  onTestFinished(() => client.close());
  return client;
}

/** Hosts whose names are looked up; none of them is ever reached. */
async function hostsAsked(type: string, url: string, use: (client: RegistryClient) => Promise<unknown>) {
  const hosts = new Set<string>();
  const system = createTestSystem(async (hostname) => {
    hosts.add(hostname);
    throw Object.assign(new Error('no such host'), { code: 'ENOTFOUND' });
  });
  const client = connect(type, url, 'somebody', { system });
  await expect(use(client)).rejects.toMatchObject({ code: 'connection-failed' });
  return [...hosts];
}

test.each([
  ['dockerhub', 'https://docker.io/team', ['hub.docker.com']],
  ['dockerhub', 'https://registry-1.docker.io', ['hub.docker.com']],
  ['dockerhub', 'https://mirror.example.com', ['mirror.example.com']],
  ['ghcr', 'https://ghcr.io/acme', ['api.github.com']],
  ['ghcr', 'https://containers.github.example.com/acme', ['github.example.com']],
  ['ghcr', 'https://containers.acme.ghe.com/acme', ['api.acme.ghe.com']],
  ['quay', 'https://quay.io/team', ['quay.io']],
  ['gitlab', 'https://registry.gitlab.com/acme', ['registry.gitlab.com']],
  ['harbor', 'https://harbor.example.com/v2/', ['harbor.example.com']],
  ['jfrog', 'https://acme.jfrog.io/artifactory/api/docker/local', ['acme.jfrog.io']],
  ['nexus', 'https://nexus.example.com/repository/docker', ['nexus.example.com']],
])('%s at %s lists by %s', async (type, url, hosts) => {
  expect(await hostsAsked(type, url, (client) => collect(client.repositories(signal)))).toEqual(hosts);
});

test.each([
  ['dockerhub', 'https://docker.io/team', ['registry-1.docker.io']],
  ['dockerhub', 'https://hub.docker.com', ['registry-1.docker.io']],
  ['ghcr', 'https://ghcr.io/acme', ['ghcr.io']],
])('%s at %s pulls from %s', async (type, url, hosts) => {
  expect(await hostsAsked(type, url, (client) => client.ping(signal))).toEqual(hosts);
});

/** What a server that answers as told was asked, and what was listed. */
async function listAt(
  type: string,
  path: string,
  username: string,
  answers: Readonly<Record<string, unknown>>,
): Promise<{ readonly asked: readonly string[]; readonly names: readonly string[] }> {
  const server = await serveForTest((request, response) => {
    const answer = answers[(request.url ?? '').split('?')[0] ?? ''];
    if (answer === undefined) sendJson(response, 404, { message: 'not here' });
    else sendJson(response, 200, answer);
  });
  const client = connect(type, `${server.url}${path}`, username, { system: createTestSystem() });
  const names = await collect(client.repositories(signal));
  return { asked: server.requests.map(({ url }) => url), names };
}

test('Harbor 1 lists projects and their repositories, and tags by the distribution', async () => {
  const { asked, names } = await listAt('harbor', '', 'robot$scanner', {
    '/api/projects': [{ project_id: 7, name: 'team' }],
    '/api/repositories': [{ id: 1, name: 'team/app' }],
  });

  expect(names).toEqual(['team/app']);
  expect(asked).toEqual([
    '/api/v2.0/projects?page=1&page_size=100&sort=name',
    '/api/projects?page=1&page_size=100',
    '/api/repositories?page=1&page_size=100&project_id=7',
  ]);
});

test('GitLab lists the project of the address where there is no group of that name', async () => {
  const server = await serveForTest((request, response) => {
    const path = (request.url ?? '').split('?')[0];
    const realm = { 'www-authenticate': `Bearer realm="${server.url}/jwt/auth",service="container_registry"` };
    if (path === '/v2/') sendJson(response, 401, {}, realm);
    else if (path !== '/api/v4/projects/acme%2Fapp/registry/repositories') sendJson(response, 404, {});
    else sendJson(response, 200, [{ id: 1, path: 'acme/app' }]);
  });
  const client = connect('gitlab', `${server.url}/acme/app`, 'somebody', { system: createTestSystem() });

  expect(await collect(client.repositories(signal))).toEqual(['acme/app']);
  expect(client.warnings()).toEqual([]);
});

test('Quay lists the one namespace of the address without asking who one is', async () => {
  const { asked, names } = await listAt('quay', '/team', '$oauthtoken', {
    '/api/v1/repository': { repositories: [{ namespace: 'team', name: 'app' }] },
  });

  expect(names).toEqual(['team/app']);
  expect(asked).toEqual(['/api/v1/repository?namespace=team']);
});

test('Artifactory lists local repositories alone, with the key in front of each name', async () => {
  const { names } = await listAt('jfrog', '', 'somebody', {
    '/artifactory/api/repositories': [
      { key: 'local', type: 'LOCAL' },
      { key: 'hub-cache', type: 'REMOTE' },
      { key: 'all', type: 'VIRTUAL' },
    ],
    '/artifactory/api/search/aql': {
      results: [
        { repo: 'local', path: 'team/app/v1', sha256: 'a'.repeat(64), modified: '2026-01-01T00:00:00.000Z' },
        { repo: 'local', path: 'team/app/sha256:abc', sha256: 'b'.repeat(64) },
      ],
    },
  });

  expect(names).toEqual(['local/team/app']);
});

test('Docker Hub needs an account or a namespace, and says so', async () => {
  const client = connect('dockerhub', 'https://registry-1.docker.io', '', {
    system: createTestSystem(async () => {
      throw Object.assign(new Error('no such host'), { code: 'ENOTFOUND' });
    }),
  });

  await expect(collect(client.repositories(signal))).rejects.toMatchObject({ code: 'connection-failed' });
  expect(client.warnings()).toEqual([expect.stringContaining('https://registry-1.docker.io/<namespace>')]);
});
