import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../bench/seeded-random.ts';
import { buildImage } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import { pushImage } from './push-image.ts';
import { readFindings } from './read-findings.ts';
import { type DockerRegistry, startDockerRegistry } from './start-docker-registry.ts';
import { type FaultyProxy, startFaultyProxy } from './start-faulty-proxy.ts';
import { type PrivatePostgres, startPostgres } from './start-postgres.ts';
import { type ServerProcess, startServerProcess } from './start-server-process.ts';
import type { SdkClient } from './start-test-plimsoll.ts';
import { createDatabase } from './template-databases.ts';
import { toPushed } from './to-pushed.ts';
import { waitUntil } from './wait-until.ts';
import { writeAdvisoryZip } from './write-zip.ts';

/** A real registry with images, a real PostgreSQL, and a proxy before each of them. */
export interface FaultLab {
  readonly images: number;
  readonly postgres: PrivatePostgres;
  readonly registryProxy: FaultyProxy;
  readonly databaseProxy: FaultyProxy;
  /** A new installation on an empty database. */
  install(name: string, options?: InstallOptions): Promise<Installation>;
  /** One process on SQLite. */
  installAlone(name: string, env: Readonly<Record<string, string>>): Promise<Installation>;
  stop(): Promise<void>;
}

export interface InstallOptions {
  readonly servers?: number;
  readonly workers?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Of one process. */
  readonly envOf?: (index: number) => Readonly<Record<string, string>>;
  /** Servers only answer. */
  readonly idleServers?: boolean;
  /** To the registry and the database themselves: nothing goes wrong. */
  readonly direct?: boolean;
}

/** Several processes on one database. */
export interface Installation {
  readonly processes: number;
  /** Asks whichever server answers, until one does. */
  ask<T>(question: (sdk: SdkClient) => Promise<T>): Promise<T>;
  readonly databaseUrl: string;
  /** Undefined while it is being replaced. */
  process(index: number): ServerProcess | undefined;
  /** `kill -9` of one process, and another in its place. */
  replace(index: number): Promise<void>;
  /** Adds the registry, lists it and starts a scan of every kind: its task. */
  startScan(): Promise<number>;
  /** Scans what is listed once more. */
  scanAgain(): Promise<number>;
  isDone(task: number): Promise<boolean>;
  /** Percent of the images. */
  progress(task: number): Promise<number>;
  /** All that the scans say of all images, but for what differs from one run to the next. */
  findings(): Promise<readonly object[]>;
  leftovers(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** Longer than any trouble lasts. */
const PATIENCE_MS = 60_000;
const KINDS = ['CVE', 'VIRUS', 'RISK'];
const key = { secretId: 'AKIDfaultlab', secretKey: randomBytes(16).toString('hex') };
const eicar = 'X5O!P%@AP[4\\PZX54(P^)7CC)7}$' + 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*';

/** undefined where there is no PostgreSQL, which `startPostgres` says. */
export async function openFaultLab(
  images: number,
  layerBytes = 20_000,
  postgresEnv: Readonly<Record<string, string>> = {},
): Promise<FaultLab | undefined> {
  const postgres = await startPostgres({ durable: true, env: postgresEnv });
  if (!postgres) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-faults-'));
  const registry = await startDockerRegistry();
  await fillRegistry(registry, images, layerBytes);
  await writeAdvisories(join(folder, 'osv'));
  const databaseProxy = await startFaultyProxy(Number(new URL(postgres.url).port));
  const registryProxy = await startFaultyProxy(Number(new URL(registry.url).port));
  const masterKey = randomBytes(32).toString('base64');
  const prepare = async (name: string, more: Readonly<Record<string, string>>) => {
    const place = join(folder, name);
    await mkdir(join(place, 'tmp'), { recursive: true });
    const env = {
      TMPDIR: join(place, 'tmp'),
      PLIMSOLL_MASTER_KEY: masterKey,
      PLIMSOLL_ADVISORIES_URL: `file://${join(folder, 'osv')}`,
      PLIMSOLL_KEV_URL: `file://${join(folder, 'kev.json')}`,
      PLIMSOLL_JOBS: '2',
      PLIMSOLL_LEASE_SECONDS: '5',
      ...more,
    };
    return { place, env };
  };
  const behindProxy = `http://127.0.0.1:${registryProxy.port}`;
  return {
    images,
    postgres,
    registryProxy,
    databaseProxy,
    install: async (name, options = {}) => {
      const database = new URL(await createDatabase(postgres.url, name));
      if (!options.direct) database.port = String(databaseProxy.port);
      const { place, env } = await prepare(name, { PLIMSOLL_DATABASE_URL: database.href, ...options.env });
      return install(place, env, options.direct ? registry.url : behindProxy, options);
    },
    installAlone: async (name, more) => {
      const { place, env } = await prepare(name, more);
      return install(place, env, behindProxy, { servers: 1, workers: 0 });
    },
    stop: async () => {
      await Promise.all([registry.stop(), databaseProxy.stop(), registryProxy.stop()]);
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function fillRegistry(registry: DockerRegistry, images: number, layerBytes: number): Promise<void> {
  const base = layer().file('node_modules/lodash/package.json', '{"name":"lodash","version":"4.0.0"}').gzip();
  for (let at = 0; at < images; at++) {
    const top = layer()
      .file('node_modules/minimist/package.json', `{"name":"minimist","version":"0.0.${at}"}`)
      .file('app/test.com', at % 4 === 0 ? eicar : 'harmless')
      .file('data.bin', words(layerBytes, at))
      .gzip();
    const config = { User: at % 2 === 0 ? 'root' : 'app', Env: [`VERSION=${at}`] };
    const created = new Date(Date.UTC(2026, 0, 1, 0, 0, at)).toISOString();
    const image = buildImage({ created, config, layers: [...(at % 3 ? [base] : []), top] });
    await pushImage({ url: registry.url }, `team/app${at % 10}`, `v${at}`, toPushed(image));
  }
}

/** Text that packs to a third, as most of what lies in images does. */
function words(bytes: number, seed: number): Buffer {
  const random = seededRandom(seed + 1);
  const parts = Array.from({ length: Math.ceil(bytes / 8) }, () => `${Math.floor(random() * 4_096).toString(16)} word`);
  return Buffer.from(parts.join('').slice(0, bytes));
}

async function writeAdvisories(folder: string): Promise<void> {
  const affected = ['minimist', 'lodash'].map((name) => ({
    package: { ecosystem: 'npm', name },
    ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '9.0.0' }] }],
  }));
  await writeAdvisoryZip(join(folder, 'npm/all.zip'), [
    { schema_version: '1.7.3', id: 'GHSA-1', modified: '2023-01-01T00:00:00Z', affected },
    { schema_version: '1.7.3', id: 'GHSA-2', modified: '2023-01-01T00:00:00Z', affected: affected.slice(1) },
  ]);
}

async function install(
  place: string,
  env: Readonly<Record<string, string>>,
  registryUrl: string,
  { servers = 1, workers = 2, idleServers = false, envOf = () => ({}) }: InstallOptions,
): Promise<Installation> {
  const roles = [
    ...Array.from({ length: servers }, () => 'serve' as const),
    ...Array.from({ length: workers }, () => 'worker' as const),
  ];
  const start = (index: number) =>
    startServerProcess(
      join(place, `process-${index}`),
      key,
      { ...env, ...envOf(index), ...(idleServers && index < servers ? { PLIMSOLL_JOBS: '0' } : {}) },
      roles[index] ?? 'serve',
    );
  // The first one makes the tables; the others find them.
  const processes: (ServerProcess | undefined)[] = [await start(0)];
  for (const each of await Promise.all(roles.slice(1).map((_, index) => start(index + 1)))) processes.push(each);

  const ask = async <T>(question: (sdk: SdkClient) => Promise<T>): Promise<T> => {
    const until = Date.now() + PATIENCE_MS;
    for (let turn = 0; ; turn++) {
      const sdk = processes[turn % servers]?.sdk;
      try {
        if (sdk) return await question(sdk);
      } catch (error) {
        if (!isPassing(error) || Date.now() > until) throw error;
      }
      await new Promise((go) => setTimeout(go, 100));
    }
  };
  const scanAll = async () => {
    const { TaskID } = await ask((sdk) => sdk.CreateAssetImageRegistryScanTask({ All: true, ScanType: KINDS }));
    return TaskID ?? 0;
  };
  const synced = () =>
    waitUntil(async () => {
      const { Status } = await ask((sdk) => sdk.DescribeAssetImageRegistryAssetStatus());
      return Status !== 'doing' && Status;
    });
  /** A sync goes on beside what it cannot read, and says so. */
  const leftOut = async () => {
    const { List = [] } = await ask((sdk) => sdk.DescribeAssetImageRegistryRegistryList({}));
    return List.some(({ SyncMessage = '' }) => SyncMessage.includes('Could not be read'));
  };
  return {
    processes: roles.length,
    databaseUrl: env.PLIMSOLL_DATABASE_URL ?? '',
    process: (index) => processes[index],
    ask,
    replace: async (index) => {
      const old = processes[index];
      processes[index] = undefined;
      await old?.kill();
      processes[index] = await start(index);
    },
    startScan: async () => {
      const registry = {
        Name: 'lab',
        Username: 'any',
        Password: 'any',
        Url: registryUrl,
        RegistryType: 'docker',
        NetType: 'private',
      };
      await ask((sdk) => sdk.AddAssetImageRegistryRegistryDetail(registry));
      // Where the registry is part of the trouble it is listed again until it has been listed as a whole.
      do await ask((sdk) => sdk.SyncAssetImageRegistryAsset({ All: true }));
      while ((await synced()) !== 'success' || (await leftOut()));
      const authorisation = {
        AllLocalImages: false,
        AllRegistryImages: true,
        UpdatedLocalImageCnt: 0,
        UpdatedRegistryImageCnt: 10_000,
        ImageSourceType: 'ASSETIMAGE',
      };
      await ask((sdk) => sdk.ModifyImageAuthorized(authorisation));
      return scanAll();
    },
    scanAgain: scanAll,
    isDone: async (TaskID) => {
      const { Status } = await ask((sdk) => sdk.DescribeAssetImageRegistryScanStatusOneKey({ TaskID }));
      return Status !== 'SCANNING' && Status !== 'NOT_SCAN';
    },
    progress: async (TaskID) => {
      const { Schedule } = await ask((sdk) => sdk.DescribeAssetImageRegistryScanStatusOneKey({ TaskID }));
      return Schedule ?? 0;
    },
    findings: () => ask(readFindings),
    leftovers: () => readdir(env.TMPDIR ?? place),
    stop: async () => {
      await Promise.all(processes.map((each) => each?.kill()));
    },
  };
}

/** What a client tries again: nobody answers, or the database does not. */
function isPassing(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return /ECONN|EPIPE|socket hang up|network|InternalError|RequestTimeout|timeout/i.test(`${code} ${message}`);
}
