import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { type SdkClient, sdkFor } from './start-test-plimsoll.ts';

export interface ServerProcess {
  /** Where it listens; a worker listens nowhere. */
  readonly url: string;
  readonly sdk: SdkClient;
  readonly pid: number;
  /** Settles with its exit code, or with the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** What it has written to stderr. */
  notes(): string;
  signal(name: NodeJS.Signals): void;
  /** `kill -9`; returns when the process is gone. */
  kill(): Promise<void>;
}

/** Starts the server as its own process, as `plimsoll serve` does, on a free port, or a worker; `env` adds settings. */
export async function startServerProcess(
  dataDir: string,
  key: { readonly secretId: string; readonly secretKey: string },
  env: Readonly<Record<string, string>>,
  role: 'serve' | 'worker' = 'serve',
  cli = resolve('src/cli.ts'),
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [cli, role], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      PLIMSOLL_DATA_DIR: dataDir,
      PLIMSOLL_LISTEN: '127.0.0.1:0',
      PLIMSOLL_SECRET_ID: key.secretId,
      PLIMSOLL_SECRET_KEY: key.secretKey,
      PLIMSOLL_LOG_LEVEL: 'silent',
      PLIMSOLL_RATE_LIMIT: '0',
      ...env,
    },
  });
  let notes = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    notes += chunk.toString();
    if (!notes.startsWith('Press Ctrl-C')) process.stderr.write(chunk);
  });
  const ended = new Promise<number | NodeJS.Signals | null>((settle) => {
    child.once('exit', (code, signal) => settle(code ?? signal));
  });
  const url = await listeningUrl(child, () => notes);
  return {
    url,
    sdk: sdkFor(url, key),
    pid: child.pid ?? 0,
    ended,
    notes: () => notes,
    signal: (name) => child.kill(name),
    kill: () => kill(child),
  };
}

async function listeningUrl(child: ChildProcess, notes: () => string): Promise<string> {
  let output = '';
  return new Promise<string>((found, failed) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const match = /listens on (http:\S+)/.exec(output);
      if (match?.[1]) found(match[1]);
      // A worker listens nowhere.
      else if (output.includes('works on jobs')) found('http://127.0.0.1:1');
    });
    child.once('close', (code) => failed(new Error(`the server ended with ${code}: ${output}${notes()}`)));
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await gone;
}
