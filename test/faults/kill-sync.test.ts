import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { editableRepository, putImage } from '../support/served-repository.ts';
import { type ScriptedServer, startScriptedServer } from '../support/start-scripted-server.ts';
import { type ServerProcess, startServerProcess } from '../support/start-server-process.ts';
import { waitUntil } from '../support/wait-until.ts';

const key = { secretId: 'AKIDkillsync', secretKey: randomBytes(16).toString('hex') };
const repositories = ['a', 'b', 'c'].map((name) => {
  const repository = editableRepository(name);
  for (const tag of ['1', '2', '3']) repository.tags.set(tag, putImage(repository, { seed: `${name} ${tag}` }));
  return repository;
});

let work: string;
let real: ServedRegistry;
/** In front of the registry: keeps what it is told to keep, and passes on everything else. */
let gate: ScriptedServer;
let keeps: (path: string) => boolean;
let kept: ServerResponse[];
let server: ServerProcess;

const start = () =>
  startServerProcess(join(work, 'data'), key, {
    PLIMSOLL_ADVISORIES_URL: `file://${work}/osv`,
    PLIMSOLL_KEV_URL: `file://${work}/kev.json`,
  });

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'plimsoll-kill-sync-'));
  keeps = () => false;
  kept = [];
  real = await serveRegistry({ repositories, pageSize: 1 });
  gate = await startScriptedServer((request, response) => {
    if (keeps(request.url ?? '')) kept.push(response);
    else response.writeHead(307, { location: `${real.url}${request.url}` }).end();
  });
  server = await start();
});

afterEach(async () => {
  await server?.kill();
  await gate?.stop();
  await real?.stop();
  await rm(work, { recursive: true, force: true });
});

test('kill -9 in the middle of a sync: nothing is removed, and the next process finishes it by itself', async () => {
  const { RegistryId = 0 } = await server.sdk.AddAssetImageRegistryRegistryDetail({
    Name: 'lab',
    Username: 'any',
    Password: 'any',
    Url: gate.url,
    RegistryType: 'docker',
    NetType: 'private',
  });
  await sync(RegistryId);
  await finished('success');
  const before = await rows();
  expect(before).toHaveLength(9);
  for (const { tags } of repositories) tags.delete('1');
  const [first] = repositories;
  first?.tags.set('2', putImage(first, { seed: 'moved' }));
  keeps = (path) => path.startsWith('/v2/c/manifests/');
  await sync(RegistryId);
  await waitUntil(async () => kept.length > 0);

  await server.kill();
  keeps = () => false;
  server = await start();

  await finished('success');
  const after = await rows();
  expect(after.map(({ name }) => name)).toEqual(['a:2', 'a:3', 'b:2', 'b:3', 'c:2', 'c:3']);
  const same = (rowsOf: typeof before) => rowsOf.filter(({ name }) => /^(?:a:3|b:2|c:3)$/.test(name));
  expect(same(after)).toEqual(same(before));
});

test('kill -9 in the middle of a sync that cannot be finished afterwards: every row is still there', async () => {
  const { RegistryId = 0 } = await server.sdk.AddAssetImageRegistryRegistryDetail({
    Name: 'lab',
    Username: 'any',
    Password: 'any',
    Url: gate.url,
    RegistryType: 'docker',
    NetType: 'private',
  });
  await sync(RegistryId);
  await finished('success');
  const before = await rows();
  keeps = (path) => path.startsWith('/v2/c/manifests/');
  await sync(RegistryId);
  await waitUntil(async () => kept.length > 0);

  await server.kill();
  await gate.stop();
  server = await start();

  await finished('failed');
  expect(await rows()).toEqual(before);
});

const sync = (id: number) => server.sdk.SyncAssetImageRegistryAsset({ RegistryIds: [id] });
const finished = (status: string) =>
  waitUntil(async () => (await server.sdk.DescribeAssetImageRegistryAssetStatus()).Status === status);

async function rows() {
  const { List } = await server.sdk.DescribeAssetImageRegistryList({ Limit: 100 });
  return (List ?? [])
    .map((row) => ({ id: row.Id, name: `${row.ImageName}:${row.ImageTag}` }))
    .sort((a, b) => a.name.localeCompare(b.name));
}
