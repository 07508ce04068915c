import { expect, onTestFinished, test } from 'vitest';
import { collect } from '../../../test/support/collect.ts';
import { createTestSystem } from '../../../test/support/create-test-system.ts';
import { startScriptedServer } from '../../../test/support/start-scripted-server.ts';
import { connectTcr } from './connect-tcr.ts';

const { signal } = new AbortController();

/** An API with two instances, of which one has the address that is asked for. */
async function open(settings: { readonly instanceId?: string }, instances = ['other', '127']) {
  const asked: { readonly action: unknown; readonly region: unknown }[] = [];
  const server = await startScriptedServer((request, response) => {
    const action = request.headers['x-tc-action'];
    asked.push({ action, region: request.headers['x-tc-region'] });
    const Registries = instances.map((RegistryName, at) => ({
      RegistryId: `tcr-${at}`,
      RegistryName,
      PublicDomain: `${RegistryName}.tencentcloudcr.com`,
      RegionName: `region-${at}`,
    }));
    const RepositoryList = [{ Name: 'app', Namespace: 'team' }];
    const answer = action === 'DescribeInstances' ? { Registries } : { TotalCount: 1, RepositoryList };
    if (request.url === '/') response.end(JSON.stringify({ Response: answer }));
    else response.writeHead(403).end('{}');
  });
  const account = { username: 'AKIDz8krbsJ5yKBZQpn74WFk', password: 'secret-key' };
  const client = connectTcr(
    { type: 'tcr', url: server.url, ...account, insecure: false, speedLimit: 0, ...settings },
    { allowPrivate: true },
    { api: server.url, system: createTestSystem() },
  );
  onTestFinished(async () => {
    await client.close();
    await server.stop();
  });
  return { client, asked };
}

test('the instance is the one whose name the address begins with, and is asked for once', async () => {
  const { client, asked } = await open({});

  expect(await collect(client.repositories(signal))).toEqual(['team/app']);
  expect(await collect(client.repositories(signal))).toEqual(['team/app']);

  expect(asked).toEqual([
    { action: 'DescribeInstances', region: 'ap-guangzhou' },
    { action: 'DescribeRepositories', region: 'region-1' },
    { action: 'DescribeRepositories', region: 'region-1' },
  ]);
});

test('an instance that is named is looked up for its region alone', async () => {
  const { client, asked } = await open({ instanceId: 'tcr-0' });

  await collect(client.repositories(signal));

  expect(asked.at(-1)).toEqual({ action: 'DescribeRepositories', region: 'region-0' });
});

test('where no instance has the address, it is said what to set', async () => {
  const { client } = await open({}, ['other']);

  await expect(collect(client.repositories(signal))).rejects.toThrow(/no instance with the domain 127\.0\.0\.1/);
});
