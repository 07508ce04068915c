import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { buildImage } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { runCommandLine } from '../../src/commands/run-command-line.ts';
import { captureTerminal } from '../support/capture-terminal.ts';
import { mountSmallDisk, type SmallDisk } from '../support/mount-small-disk.ts';
import { readFindings } from '../support/read-findings.ts';
import { runCommand } from '../support/run-command.ts';
import { startScanOfAll } from '../support/start-scan-of-all.ts';
import { type ScriptedServer, startScriptedServer } from '../support/start-scripted-server.ts';
import { type ServerProcess, startServerProcess } from '../support/start-server-process.ts';
import { toServedRepository } from '../support/to-served-repository.ts';
import { waitForScan } from '../support/wait-for-scan.ts';
import { waitUntil } from '../support/wait-until.ts';
import { writeLayout } from '../support/write-layout.ts';
import { writeAdvisoryZip } from '../support/write-zip.ts';

vi.setConfig({ testTimeout: 120_000 });

const MiB = 1024 ** 2;
/** PLIMSOLL_FAULT_IMAGES=200 makes the long run. */
const IMAGES = Number(process.env.PLIMSOLL_FAULT_IMAGES ?? 8);
/** Advisories, some hundred bytes each. */
const MANY = 2_000;
const key = { secretId: 'AKIDdiskfull', secretKey: randomBytes(16).toString('hex') };

let work: string;
let registry: ServedRegistry;
/** In front of the registry: what happens when the server asks for something. */
let gate: ScriptedServer;
let onRequest: (path: string) => Promise<void>;
let disk: SmallDisk | undefined;
let server: ServerProcess | undefined;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'plimsoll-disk-full-'));
  await writeAdvisories('some', 1);
  await writeAdvisories('more', MANY);
  registry = await serveRegistry({ repositories: [toServedRepository('team/app', images())] });
  gate = await startScriptedServer((request, response) => {
    const { url = '' } = request;
    void onRequest(url).then(() => response.writeHead(307, { location: `${registry.url}${url}` }).end());
  });
});

function images() {
  return Array.from({ length: IMAGES }, (_, at) => ({
    tag: `v${at}`,
    image: imageOf(at),
  }));
}

function imageOf(at: number) {
  const created = new Date(Date.UTC(2026, 0, 1, 0, 0, at)).toISOString();
  const config = { User: at % 2 === 0 ? 'root' : 'app' };
  const content = layer()
    .file('node_modules/minimist/package.json', `{"name":"minimist","version":"0.0.${at}"}`)
    .file('data.bin', randomBytes(64 * 1024));
  return buildImage({ created, config, layers: [content.gzip()] });
}

async function writeAdvisories(name: string, count: number): Promise<void> {
  const affected = [
    {
      package: { ecosystem: 'npm', name: 'minimist' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '9.0.0' }] }],
    },
  ];
  const records = Array.from({ length: count }, (_, at) => ({
    schema_version: '1.7.3',
    id: `GHSA-${at}`,
    modified: '2023-01-01T00:00:00Z',
    details: randomBytes(500).toString('hex'),
    affected,
  }));
  await writeAdvisoryZip(join(work, name, 'npm/all.zip'), records);
}

afterAll(async () => {
  await gate?.stop();
  await registry?.stop();
  await rm(work, { recursive: true, force: true });
});
beforeEach(async () => {
  onRequest = async () => {};
  disk = await mountSmallDisk(48 * MiB);
});
afterEach(async () => {
  await server?.kill();
  server = undefined;
  vi.unstubAllEnvs();
  await disk?.unmount();
});

const environment = () => ({
  PLIMSOLL_ADVISORIES_URL: `file://${join(work, 'some')}`,
  PLIMSOLL_KEV_URL: `file://${join(work, 'kev.json')}`,
});

async function start(dataDir: string) {
  server = await startServerProcess(dataDir, key, {
    ...environment(),
    PLIMSOLL_JOBS: '2',
    PLIMSOLL_LEASE_SECONDS: '5',
  });
  return server.sdk;
}

type Sdk = ServerProcess['sdk'];
const KINDS = ['CVE', 'VIRUS', 'RISK'];
const account = { Username: 'any', Password: 'any', RegistryType: 'docker', NetType: 'private' };
const addRegistry = (sdk: Sdk, Name = 'lab') =>
  sdk.AddAssetImageRegistryRegistryDetail({ ...account, Name, Url: gate.url });
const sync = (sdk: Sdk) => sdk.SyncAssetImageRegistryAsset({ All: true });
const synced = async (sdk: Sdk) => (await sdk.DescribeAssetImageRegistryAssetStatus()).Status === 'success';

/** What a run says with room enough. */
async function calmRun() {
  const sdk = await start(join(work, 'calm'));
  await addRegistry(sdk);
  await sync(sdk);
  await waitUntil(() => synced(sdk));
  const status = await waitForScan(sdk, await startScanOfAll(sdk, KINDS));
  const findings = await readFindings(sdk);
  await server?.kill();
  return { findings, succeeded: status.SuccessCount };
}

/** Fills the disk when the server asks for something like this. */
function fillAt(small: SmallDisk, what: string): Promise<void> {
  const { promise, resolve: full } = Promise.withResolvers<void>();
  onRequest = async (path) => {
    if (!path.includes(what)) return;
    onRequest = async () => {};
    await small.fill();
    full();
  };
  return promise;
}

/** Asked to write, the server says what is the matter. */
const refused = (sdk: Sdk) =>
  waitUntil(async () => {
    const error = await addRegistry(sdk, `never ${Math.random()}`).then(
      () => undefined,
      (thrown: { code?: string; message?: string }) => thrown,
    );
    return error;
  });

test('a data folder that is full in a sync, then in a scan: it is said, and with room again all ends as in a calm run', async (context) => {
  if (!disk) return context.skip('no small disk can be mounted');
  const calm = await calmRun();
  expect(calm.succeeded).toBe(IMAGES);
  const sdk = await start(join(disk.folder, 'data'));
  await addRegistry(sdk);

  let full = fillAt(disk, '/manifests/');
  await sync(sdk);
  await full;
  expect(await refused(sdk)).toMatchObject({ code: 'ResourceInsufficient', message: /disk.*full.*Make room/ });
  // What is there can be read.
  expect((await sdk.DescribeAssetImageRegistryRegistryList({})).List).toHaveLength(1);
  await disk.free();
  await waitUntil(() => synced(sdk));

  full = fillAt(disk, '/blobs/');
  const task = await startScanOfAll(sdk, KINDS);
  await full;
  await refused(sdk);
  // Time enough for the jobs in hand to reach a place where they would write.
  await new Promise((go) => setTimeout(go, 1_000));
  await disk.free();
  expect(await waitForScan(sdk, task)).toMatchObject({ SuccessCount: calm.succeeded });
  const trials = await sdk.DescribeAssetImageRegistryRegistryList({});
  expect(trials.List?.map(({ Name }) => Name)).toContain('lab');
  expect(await readFindings(sdk)).toEqual(calm.findings);
});

async function cli(args: readonly string[], env: Readonly<Record<string, string>>) {
  const { terminal, written } = captureTerminal();
  const signal = new AbortController().signal;
  const context = {
    env: { ...environment(), ...env },
    terminal,
    signal,
    now: () => new Date(),
    readInput: async () => '',
  };
  const code = await runCommandLine(args, context);
  return { code, stdout: written.out, stderr: written.note };
}

test('a temporary folder that is full in a scan: the command says so, leaves nothing, and works with room again', async (context) => {
  if (!disk) return context.skip('no small disk can be mounted');
  const image = imageOf(8);
  await writeLayout(join(work, 'layout'), image.manifest, [image]);
  const archive = join(work, 'image.tar.gz');
  await runCommand('tar', ['-czf', archive, '-C', join(work, 'layout'), '.']);
  const scan = (temporary: string) => {
    vi.stubEnv('TMPDIR', temporary);
    return cli(['scan', archive, '-o', 'json'], { PLIMSOLL_DATA_DIR: join(work, 'scanned') });
  };
  await cli(['advisories', 'update'], { PLIMSOLL_DATA_DIR: join(work, 'scanned') });
  const content = (stdout: string) => JSON.parse(stdout).vulnerabilities;
  const calm = content((await scan(tmpdir())).stdout);
  expect(calm).not.toEqual([]);

  await disk.fill();
  const failed = await scan(disk.folder);
  expect(failed).toMatchObject({ code: 1, stdout: '' });
  expect(failed.stderr).toMatch(/disk.*full|no space left/i);
  expect(failed.stderr).toMatch(/fix: Make room.*TMPDIR/s);
  expect(await readdir(disk.folder)).toEqual(['ballast']);

  await disk.free();
  expect(content((await scan(disk.folder)).stdout)).toEqual(calm);
  expect(await readdir(disk.folder)).toEqual(['ballast']);
});

test('a data folder that is full in an update of the advisories: the old ones stay whole, and the next update ends as a calm one', async (context) => {
  if (!disk) return context.skip('no small disk can be mounted');
  const PLIMSOLL_DATA_DIR = join(disk.folder, 'data');
  const update = (feed: string, dataDir = PLIMSOLL_DATA_DIR) =>
    cli(['advisories', 'update'], {
      PLIMSOLL_DATA_DIR: dataDir,
      PLIMSOLL_ADVISORIES_URL: `file://${join(work, feed)}`,
    });
  const status = async (dataDir = PLIMSOLL_DATA_DIR) =>
    JSON.parse((await cli(['advisories', 'status', '-o', 'json'], { PLIMSOLL_DATA_DIR: dataDir })).stdout);
  expect(await update('some')).toMatchObject({ code: 0 });
  const before = (await status()).snapshot;
  const compiled = await readFile(join(PLIMSOLL_DATA_DIR, 'advisories/advisories.sqlite'));
  const files = await readdir(join(PLIMSOLL_DATA_DIR, 'advisories'));

  // For the lock, the download, and what is compiled of it.
  for (const room of [0, 0.5 * MiB, 2 * MiB]) {
    await disk.fill(room);
    const failed = await update('more');
    expect(failed.code).not.toBe(0);
    expect(failed.stderr).toMatch(/disk.*full|no space left/i);
    expect(failed.stderr).toMatch(/fix: Make room/);
    expect((await status()).snapshot).toEqual(before);
    expect(await readFile(join(PLIMSOLL_DATA_DIR, 'advisories/advisories.sqlite'))).toEqual(compiled);
    await disk.free();
  }

  expect(await update('more')).toMatchObject({ code: 0 });
  await update('more', join(work, 'calm-advisories'));
  expect(await readdir(join(PLIMSOLL_DATA_DIR, 'advisories'))).toHaveLength(files.length);
  expect((await status()).snapshot.id).toBe((await status(join(work, 'calm-advisories'))).snapshot.id);
});
