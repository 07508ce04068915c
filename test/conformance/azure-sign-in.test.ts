import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { RegistryClient } from '../../src/registries/registry-client.ts';
import { checkConnection } from '../support/check-connection.ts';
import { collect } from '../support/collect.ts';
import { startVendorRegistry, type VendorRegistry } from '../support/start-vendor-registry.ts';
import { createWorld, readable } from '../support/vendor-world.ts';
import { azure } from '../support/vendors/azure.ts';
import { entraToken } from '../support/vendors/azure-tokens.ts';

const TOKEN_USER = '00000000-0000-0000-0000-000000000000';
// Its lists need no real registry behind it.
const NOWHERE = 'http://127.0.0.1:9';
const { signal } = new AbortController();
let server: VendorRegistry;
let client: RegistryClient;

function connect(password: string): RegistryClient {
  const settings = { type: 'azure', url: server.url, username: TOKEN_USER, password, insecure: false, speedLimit: 0 };
  return azure.connect(settings, server.url, {});
}

beforeAll(async () => {
  const size = { repositories: { 'team-a': 3, 'team-c': 1 }, tags: 3, fewTags: 1 };
  server = await startVendorRegistry(azure, createWorld(size, true), NOWHERE);
  client = connect(entraToken);
});
afterEach(() => expect(server.takeFaults()).toEqual([]));
afterAll(async () => {
  await client?.close();
  await server?.stop();
});

test('exchanges a token of Microsoft Entra, and asks for tokens with what it got, as described', async () => {
  const names = await collect(client.repositories(signal));

  expect(names.toSorted()).toEqual(
    readable(server.world)
      .map(({ name }) => name)
      .toSorted(),
  );
  expect(await collect(client.tags('team-a/large', signal))).toHaveLength(6);
});

test('goes on when the tokens of the registry die', async () => {
  server.expireTokens();

  expect(await collect(client.repositories(signal))).not.toEqual([]);
});

test('says that another token is wrong', async () => {
  const other = connect(entraToken.replace(/[^.]+$/, 'forged'));
  const check = await checkConnection(other, signal);
  await other.close();

  expect(check).toMatchObject({ status: 'failed', cause: 'authentication-failed' });
});
