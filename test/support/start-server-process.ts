import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { type SdkClient, sdkFor } from './start-test-plimsoll.ts';

export interface ServerProcess {
  /** Where it listens; a worker listens nowhere. */
  readonly url: string;
  readonly sdk: SdkClient;
  readonly pid: number;
  /** `kill -9`; returns when the process is gone. */
  kill(): Promise<void>;
}

/** Starts the server as its own process, as `plimsoll serve` does, on a free port, or a worker; `env` adds settings. */
export async function startServerProcess(
  dataDir: string,
  key: { readonly secretId: string; readonly secretKey: string },
  env: Readonly<Record<string, string>>,
  role: 'serve' | 'worker' = 'serve',
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [resolve('src/cli.ts'), role], {
    stdio: ['ignore', 'pipe', 'inherit'],
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
  const url = await listeningUrl(child);
  return { url, sdk: sdkFor(url, key), pid: child.pid ?? 0, kill: () => kill(child) };
}

async function listeningUrl(child: ChildProcess): Promise<string> {
  let output = '';
  return new Promise<string>((found, failed) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const match = /listens on (http:\S+)/.exec(output);
      if (match?.[1]) found(match[1]);
      // A worker listens nowhere.
      else if (output.includes('works on jobs')) found('http://127.0.0.1:1');
    });
    child.once('exit', (code) => failed(new Error(`the server ended with ${code}: ${output}`)));
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await gone;
}
