import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface ClamdOptions {
  /** StreamMaxLength: a larger file is refused. */
  readonly streamMaxBytes?: number;
  /** MaxScanSize and MaxFileSize. */
  readonly scanMaxBytes?: number;
}

/** A real clamd with a few signatures of its own, on a loopback port and on a socket, in a private folder. */
export interface Clamd {
  /** `tcp://127.0.0.1:port` */
  readonly url: string;
  /** `unix:/…` */
  readonly socket: string;
  /** SIGKILL; `start` brings it back at the same addresses. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** SIGSTOP: it takes connections and answers nothing. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

const START_TRIES = 300;
const hex = (text: string) => Buffer.from(text, 'latin1').toString('hex');

/** The EICAR test file, put together so that this file is none. */
export const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-', 'ANTIVIRUS-TEST-FILE!$H+H*'].join('');
/** Any file with this text is a Trojan to this clamd. */
export const clamdMarker = ['plimsoll-test-marker:', 'this-counts-as-malware'].join('');
/** Their names as clamd reports them. */
export const clamdNames = { eicar: 'Test.Eicar.File.UNOFFICIAL', marker: 'Unix.Trojan.PlimsollTest.UNOFFICIAL' };

/** Whether Debian's `clamav-daemon` is installed; tests that need it are skipped, and say so, when it is not. */
export function hasClamd(): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  const found = folders.some((folder) => folder !== '' && existsSync(join(folder, 'clamd')));
  if (!found)
    console.warn('SKIPPED: no clamd for the tests. Run scripts/system-packages.sh as root, or install clamav-daemon.');
  return found;
}

export async function startClamd(options: ClamdOptions = {}): Promise<Clamd> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-clamd-'));
  const port = await freePort();
  await mkdir(join(folder, 'db'));
  await mkdir(join(folder, 'tmp'));
  await writeFile(join(folder, 'clamd.conf'), configText(folder, port, options));
  await writeFile(
    join(folder, 'db', 'test.ndb'),
    `Test.Eicar.File:0:0:${hex(eicar)}\nUnix.Trojan.PlimsollTest:0:*:${hex(clamdMarker)}\n`,
  );
  let child: ChildProcess | undefined;
  const killIfWeDie = () => child?.kill('SIGKILL');
  process.once('exit', killIfWeDie);

  const kill = async () => {
    const dying = child;
    child = undefined;
    if (!dying || dying.exitCode !== null || dying.signalCode !== null) return;
    const exited = new Promise((resolve) => dying.once('exit', resolve));
    dying.kill('SIGKILL');
    await exited;
  };
  const start = async () => {
    await rm(join(folder, 'clamd.sock'), { force: true });
    const started = spawn('clamd', [`--config-file=${join(folder, 'clamd.conf')}`], {
      stdio: 'ignore',
      env: { ...process.env, PATH: `${process.env.PATH ?? ''}${delimiter}/usr/sbin` },
    });
    child = started;
    for (let tries = 0; tries < START_TRIES && started.exitCode === null; tries += 1) {
      if (await answersPing(port)) return;
      await delay(50);
    }
    const log = await readFile(join(folder, 'clamd.log'), 'utf8').catch(() => '');
    throw new Error(`clamd did not start: ${log.slice(-2_000)}`);
  };
  const stop = async () => {
    process.off('exit', killIfWeDie);
    await kill();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `tcp://127.0.0.1:${port}`,
    socket: `unix:${join(folder, 'clamd.sock')}`,
    kill,
    start,
    pause: () => child?.kill('SIGSTOP'),
    resume: () => child?.kill('SIGCONT'),
    stop,
  };
}

function configText(folder: string, port: number, { streamMaxBytes, scanMaxBytes }: ClamdOptions): string {
  const lines = [
    'Foreground yes',
    `TCPSocket ${port}`,
    'TCPAddr 127.0.0.1',
    `LocalSocket ${folder}/clamd.sock`,
    `DatabaseDirectory ${folder}/db`,
    `TemporaryDirectory ${folder}/tmp`,
    `LogFile ${folder}/clamd.log`,
    `StreamMaxLength ${streamMaxBytes ?? 1_000_000_000}`,
    `MaxScanSize ${scanMaxBytes ?? 1_000_000_000}`,
    `MaxFileSize ${scanMaxBytes ?? 1_000_000_000}`,
    'AlertExceedsMax yes',
    'MaxThreads 8',
  ];
  return `${lines.join('\n')}\n`;
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => settle(false));
    socket.once('connect', () => socket.write('zPING\0'));
    socket.once('data', (data) => settle(data.toString('latin1').startsWith('PONG')));
    socket.once('error', () => settle(false));
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
