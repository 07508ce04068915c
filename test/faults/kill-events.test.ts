import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { runCommandLine } from '../../src/commands/run-command-line.ts';
import { captureTerminal } from '../support/capture-terminal.ts';
import { sendRequest } from '../support/send-request.ts';
import { type EditableRepository, editableRepository, putImage } from '../support/served-repository.ts';
import { type ScriptedServer, startScriptedServer } from '../support/start-scripted-server.ts';
import { type ServerProcess, startServerProcess } from '../support/start-server-process.ts';
import { waitUntil } from '../support/wait-until.ts';

const key = { secretId: 'AKIDkillevents', secretKey: randomBytes(16).toString('hex') };

let work: string;
let repository: EditableRepository;
let real: ServedRegistry;
/** In front of the registry: answers nothing while it is shut. */
let gate: ScriptedServer;
let isShut: boolean;
let asked: number;
let server: ServerProcess;

const start = () =>
  startServerProcess(join(work, 'data'), key, {
    PLIMSOLL_ADVISORIES_URL: `file://${work}/osv`,
    PLIMSOLL_KEV_URL: `file://${work}/kev.json`,
  });

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'plimsoll-kill-events-'));
  repository = editableRepository('team/app');
  isShut = false;
  asked = 0;
  real = await serveRegistry({ repositories: [repository] });
  gate = await startScriptedServer((request, response) => {
    asked += 1;
    if (!isShut) response.writeHead(307, { location: `${real.url}${request.url}` }).end();
  });
  server = await start();
});
afterEach(async () => {
  await server?.kill();
  await gate?.stop();
  await real?.stop();
  await rm(work, { recursive: true, force: true });
});

async function makeWebhook(): Promise<{ readonly url: string; readonly token: string }> {
  const { terminal, written } = captureTerminal();
  const env = { PLIMSOLL_DATA_DIR: join(work, 'data'), PLIMSOLL_ENDPOINT: server.url };
  const signal = new AbortController().signal;
  const args = ['registry', 'webhook', 'lab', '-o', 'json'];
  await runCommandLine(args, { terminal, signal, now: () => new Date(), readInput: async () => '', env });
  return JSON.parse(written.out);
}

test('kill -9 after an event was answered: the next process looks at what it was about', async () => {
  await server.sdk.AddAssetImageRegistryRegistryDetail({
    Name: 'lab',
    Username: '',
    Password: '',
    Url: gate.url,
    RegistryType: 'docker',
    NetType: 'private',
  });
  const { url, token } = await makeWebhook();
  repository.tags.set('1.0', putImage(repository, { seed: 'pushed' }));
  const before = asked;
  isShut = true;

  const { status } = await sendRequest(server.url, {
    method: 'POST',
    path: new URL(url).pathname,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ events: [{ action: 'push', target: { repository: 'team/app', tag: '1.0' } }] }),
  });
  expect(status).toBe(202);
  await waitUntil(async () => asked > before);
  await server.kill();
  isShut = false;
  server = await start();

  const row = await waitUntil(
    async () => (await server.sdk.DescribeAssetImageRegistryList({ Limit: 10, Offset: 0 })).List?.[0],
  );
  expect(row).toMatchObject({ ImageTag: '1.0', ImageDigest: repository.tags.get('1.0') });
});
