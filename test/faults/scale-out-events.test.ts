import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { runCommandLine } from '../../src/commands/run-command-line.ts';
import { captureTerminal } from '../support/capture-terminal.ts';
import { type EditableRepository, editableRepository, putImage } from '../support/served-repository.ts';
import { type PrivatePostgres, startPostgres } from '../support/start-postgres.ts';
import { type ServerProcess, startServerProcess } from '../support/start-server-process.ts';
import { waitUntil } from '../support/wait-until.ts';

// Two servers that only answer take events, two workers look, all on one PostgreSQL; one worker is killed in the middle.

const key = { secretId: 'AKIDscaleevents', secretKey: randomBytes(16).toString('hex') };
const masterKey = randomBytes(32).toString('base64');

let folder: string;
let postgres: PrivatePostgres | undefined;
let repositories: readonly EditableRepository[];
let registry: ServedRegistry;
let servers: readonly ServerProcess[] = [];
let workers: readonly ServerProcess[] = [];

const environment = (): Record<string, string> => ({
  PLIMSOLL_DATABASE_URL: postgres?.url ?? '',
  PLIMSOLL_MASTER_KEY: masterKey,
  PLIMSOLL_ADVISORIES_URL: `file://${folder}/osv`,
  PLIMSOLL_KEV_URL: `file://${folder}/kev.json`,
  PLIMSOLL_LEASE_SECONDS: '5',
});

beforeAll(async () => {
  postgres = await startPostgres();
  if (!postgres) return;
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-scale-events-'));
  repositories = Array.from({ length: 20 }, (_, at) => editableRepository(`team/app-${at}`));
  registry = await serveRegistry({ repositories });
  const idle = { ...environment(), PLIMSOLL_JOBS: '0' };
  // The first one makes the tables; the others find them.
  const first = await startServerProcess(join(folder, 'server-1'), key, idle);
  servers = [first, await startServerProcess(join(folder, 'server-2'), key, idle)];
  workers = await Promise.all(
    ['one', 'two'].map((name) => startServerProcess(join(folder, name), key, environment(), 'worker')),
  );
}, 300_000);
beforeEach((context) => {
  if (!postgres) context.skip('PostgreSQL is not installed');
});
afterAll(async () => {
  await Promise.all([...servers, ...workers].map((each) => each.kill()));
  await registry?.stop();
  await postgres?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

async function run(...args: string[]) {
  const { terminal, written } = captureTerminal();
  const signal = new AbortController().signal;
  const env = { ...environment(), PLIMSOLL_DATA_DIR: join(folder, 'server-1') };
  await runCommandLine(args, { terminal, signal, now: () => new Date(), readInput: async () => '', env });
  return JSON.parse(written.out);
}

test('events that several servers take in any order end in what the registry has', async () => {
  const [first, second] = servers;
  if (!first || !second) throw new Error('no servers');
  await first.sdk.AddAssetImageRegistryRegistryDetail({
    Name: 'lab',
    Username: '',
    Password: '',
    Url: registry.url,
    RegistryType: 'docker',
    NetType: 'private',
  });
  const { url, token } = await run('registry', 'webhook', 'lab', '-o', 'json');
  const path = new URL(url).pathname;
  const post = async (server: ServerProcess, events: readonly object[]) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ events });
    const answer = await fetch(new URL(path, server.url), { method: 'POST', headers, body });
    expect(answer.status).toBe(202);
  };
  for (let round = 0; round < 5; round++) {
    for (const repository of repositories) {
      repository.tags.set(`v${round}`, putImage(repository, { seed: `${repository.name} ${round}` }));
      repository.tags.set('latest', putImage(repository, { seed: `${repository.name} latest ${round}` }));
      repository.tags.delete(`v${round - 2}`);
    }
    const events = repositories.flatMap(({ name }) =>
      [
        { action: 'delete', tag: `v${round - 2}` },
        { action: 'push', tag: 'latest' },
        { action: 'push', tag: `v${round}` },
      ].map(({ action, tag }) => ({ action, target: { repository: name, tag } })),
    );
    await Promise.all([post(first, events.toReversed()), post(second, events), post(first, events.slice(7))]);
    if (round === 2) await workers[0]?.kill();
  }

  await waitUntil(async () => (await run('registry', 'events', 'lab', '-o', 'json'))[0].waiting === 0);

  const { List = [] } = await first.sdk.DescribeAssetImageRegistryList({ Limit: 100, Offset: 0 });
  const listed = List.map((row) => `${row.ImageName}:${row.ImageTag} ${row.ImageDigest}`);
  const there = repositories.flatMap(({ name, tags }) =>
    [...tags].map(([tag, digest]) => `${name.split('/')[1]}:${tag} ${digest}`),
  );
  expect(listed.toSorted()).toEqual(there.toSorted());
});
