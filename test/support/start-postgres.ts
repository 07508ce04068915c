import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { accessSync, chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

type Settings = Readonly<Record<string, string>>;

/** A PostgreSQL of our own: empty, on a free loopback port, gone with its data after `stop()`. */
export interface PrivatePostgres {
  /** `postgres://…`, to an empty database whose user may create others. */
  readonly url: string;
  /** Ends every connection and starts again where it was; `kill`: without a shutdown, as after a crash. */
  restart(how: 'shut down' | 'kill'): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** What was committed survives its crash, though not the machine's. */
  readonly durable?: boolean;
  /** Where its data lie, also after `stop()` and for the next that is started there; absent: in a folder that goes with it. */
  readonly keptIn?: string;
  /** Settings of PostgreSQL beside or instead of ours. */
  readonly settings?: Settings;
  /** Of its processes, beside ours. */
  readonly env?: Settings;
}

const DEBIAN_VERSIONS = '/usr/lib/postgresql';
const USER = 'plimsoll';
const START_TIMEOUT_MS = 60_000;
/** One that ended without a shutdown reads its log first. */
const RECOVERY_TIMEOUT_MS = 600_000;

// Durability buys nothing here: the data is thrown away, and fsync is most of a test's time.
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '60',
  shared_buffers: '64MB',
};

/** Starts a private PostgreSQL; undefined, said loudly, when this machine has none, so that its tests are skipped. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PrivatePostgres | undefined> {
  const bin = binaryFolder();
  const runAs = bin === undefined ? undefined : ordinaryUser();
  if (bin === undefined || runAs === undefined) {
    console.warn(
      'SKIPPED: no PostgreSQL for the tests' +
        (bin === undefined
          ? ': neither /usr/lib/postgresql/*/bin nor PATH has initdb. Run scripts/system-packages.sh as root, or install postgresql.'
          : ': it refuses to run as root, and this machine has no user postgres or nobody to run it as.'),
    );
    return undefined;
  }

  const { durable, keptIn } = options;
  const folder = keptIn ?? mkdtempSync(join(tmpdir(), 'plimsoll-postgres-'));
  const remove = () => {
    if (keptIn === undefined) rmSync(folder, { recursive: true, force: true });
  };
  try {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
    if (runAs !== 'self') chownSync(folder, runAs.uid, runAs.gid);
    const data = join(folder, 'data');
    if (!existsSync(data)) initialise(bin, data, runAs);
    const settings = { ...SETTINGS, ...(durable ? { synchronous_commit: 'on' } : {}), ...options.settings };
    const place = { bin, data, runAs, settings, env: options.env ?? {} };
    return await start(place, remove, keptIn ? RECOVERY_TIMEOUT_MS : START_TIMEOUT_MS);
  } catch (error) {
    remove();
    throw error;
  }
}

interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Newest of Debian's versions, else whatever PATH has. */
function binaryFolder(): string | undefined {
  const versions = existsSync(DEBIAN_VERSIONS) ? readdirSync(DEBIAN_VERSIONS) : [];
  versions.sort((a, b) => Number(b) - Number(a));
  const candidates = [
    ...versions.map((version) => join(DEBIAN_VERSIONS, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ];
  return candidates.find((folder) => isExecutable(join(folder, 'initdb')) && isExecutable(join(folder, 'postgres')));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, 1);
    return true;
  } catch {
    return false;
  }
}

/** PostgreSQL refuses to run as root: Debian's `postgres`, else `nobody`. */
function ordinaryUser(): SystemUser | 'self' | undefined {
  if (process.getuid?.() !== 0) return 'self';
  for (const name of ['postgres', 'nobody']) {
    const uid = Number.parseInt(spawnSync('id', ['-u', name], { encoding: 'utf8' }).stdout, 10);
    const gid = Number.parseInt(spawnSync('id', ['-g', name], { encoding: 'utf8' }).stdout, 10);
    if (uid > 0 && gid > 0) return { uid, gid };
  }
  return undefined;
}

function initialise(bin: string, data: string, runAs: SystemUser | 'self'): void {
  const args = ['-D', data, '-U', USER, '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'];
  const result = spawnSync(join(bin, 'initdb'), args, { encoding: 'utf8', cwd: '/', ...identity(runAs) });
  if (result.status !== 0) throw new Error(`initdb in ${bin} failed: ${result.error?.message ?? result.stderr}`);
}

/** How its processes are started. */
interface Place {
  readonly bin: string;
  readonly data: string;
  readonly runAs: SystemUser | 'self';
  readonly settings: Settings;
  readonly env: Settings;
}

async function start(place: Place, remove: () => void, timeoutMs: number): Promise<PrivatePostgres> {
  const port = await freePort();
  let running: Running | undefined;
  const stop = async () => {
    await running?.end('SIGINT');
    remove();
  };
  const run = async () => {
    running = spawnServer(place, port);
    await acceptsConnections(running.child, port, running.log, timeoutMs);
  };
  try {
    await run();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `postgres://${USER}@127.0.0.1:${port}/postgres`,
    // SIGINT is a fast shutdown, SIGQUIT an immediate one, after which it recovers from its log.
    restart: async (how) => {
      await running?.end(how === 'kill' ? 'SIGQUIT' : 'SIGINT');
      await run();
    },
    stop,
  };
}

interface Running {
  readonly child: ChildProcess;
  log(): string;
  end(signal: 'SIGINT' | 'SIGQUIT'): Promise<void>;
}

function spawnServer({ bin, data, runAs, settings, env }: Place, port: number): Running {
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...flags], {
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
    ...identity(runAs),
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-10_000);
  });
  const killIfWeDie = () => child.kill('SIGKILL');
  process.once('exit', killIfWeDie);
  return {
    child,
    log: () => log,
    end: async (signal) => {
      process.off('exit', killIfWeDie);
      await end(child, signal);
    },
  };
}

function identity(runAs: SystemUser | 'self'): Partial<SystemUser> {
  return runAs === 'self' ? {} : runAs;
}

/** The log line comes first on start-up and is the same in every locale we set (C). */
async function acceptsConnections(
  child: ChildProcess,
  port: number,
  log: () => string,
  timeoutMs: number,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`postgres ended at once (${child.exitCode}):\n${log()}`);
    if (log().includes('ready to accept connections') && (await connects(port))) return;
    await sleep(25);
  }
  throw new Error(`postgres did not accept connections within ${timeoutMs / 1000} s:\n${log()}`);
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/** Connections are ended, nothing is waited for. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const forced = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(forced);
}
