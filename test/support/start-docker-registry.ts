import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TokenRealm } from './start-token-realm.ts';

export interface DockerRegistryOptions {
  /** Ask for Basic authentication with this user. */
  readonly auth?: { readonly username: string; readonly password: string };
  /** Ask for tokens of this realm; see `startTokenRealm`. */
  readonly realm?: Pick<TokenRealm, 'url' | 'service' | 'issuer' | 'certificate'>;
  /** Take manifests of schema 1, which are refused otherwise. */
  readonly schema1?: boolean;
  /** Where it sends what happens in it, and with which Authorization. */
  readonly notify?: { readonly url: string; readonly authorization: string };
  /** Speak https with this certificate. */
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly signal?: AbortSignal;
}

export interface DockerRegistry {
  /** `http(s)://127.0.0.1:port` */
  readonly url: string;
  stop(): Promise<void>;
}

const ATTEMPTS = 3;
const START_TRIES = 150;

/** Whether Debian's `docker-registry` is installed; tests that need it are skipped, and say so, when it is not. */
export function hasDockerRegistry(): boolean {
  return hasProgram('docker-registry');
}

/** The same for `skopeo`, which pushes images. */
export function hasSkopeo(): boolean {
  return hasProgram('skopeo');
}

function hasProgram(name: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin'];
  return folders.some((folder) => folder !== '' && existsSync(join(folder, name)));
}

/** Starts a real registry on a free loopback port, with deletion on and its data in a temporary folder. */
export async function startDockerRegistry(options: DockerRegistryOptions = {}): Promise<DockerRegistry> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      // The port that was free a moment ago may be somebody else's now.
      if (attempt >= ATTEMPTS || options.signal?.aborted) throw error;
    }
  }
}

async function startOnce(options: DockerRegistryOptions): Promise<DockerRegistry> {
  const { auth, realm, tls, signal } = options;
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-registry-'));
  const port = await freePort();
  const logFile = join(folder, 'registry.log');
  await writeFile(join(folder, 'config.yml'), configText(folder, port, options));
  if (auth !== undefined) await writeFile(join(folder, 'htpasswd'), htpasswdLine(auth), { mode: 0o600 });
  if (realm !== undefined) await writeFile(join(folder, 'realm.pem'), realm.certificate);
  if (tls !== undefined) {
    await writeFile(join(folder, 'tls.pem'), tls.cert);
    await writeFile(join(folder, 'tls.key'), tls.key, { mode: 0o600 });
  }

  const child = spawn(
    'sh',
    ['-c', 'exec docker-registry serve "$1" >"$2" 2>&1', 'sh', join(folder, 'config.yml'), logFile],
    {
      stdio: 'ignore',
    },
  );
  const exited = once(child, 'exit').catch(() => []);
  const stop = async () => {
    signal?.removeEventListener('abort', stop);
    process.removeListener('exit', kill);
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  signal?.addEventListener('abort', stop, { once: true });

  const url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  for (let tries = 0; tries < START_TRIES && child.exitCode === null; tries += 1) {
    if (await answers(url)) return { url, stop };
    await delay(100);
  }
  const log = await readFile(logFile, 'utf8').catch(() => '');
  await stop();
  throw new Error(`docker-registry did not start: ${log.slice(-2_000)}`);
}

function configText(folder: string, port: number, options: DockerRegistryOptions): string {
  const { auth, realm, schema1, notify, tls } = options;
  const secured = tls === undefined ? '' : `, tls: {certificate: "${folder}/tls.pem", key: "${folder}/tls.key"}`;
  const lines = [
    'version: 0.1',
    'log: {level: error, accesslog: {disabled: true}}',
    `storage: {filesystem: {rootdirectory: "${folder}/data"}, delete: {enabled: true}}`,
    `http: {addr: "127.0.0.1:${port}"${secured}}`,
  ];
  if (auth !== undefined) lines.push(`auth: {htpasswd: {realm: "registry", path: "${folder}/htpasswd"}}`);
  if (realm !== undefined) {
    const { url, service, issuer } = realm;
    const token = `realm: "${url}/token", service: "${service}", issuer: "${issuer}", rootcertbundle: "${folder}/realm.pem"`;
    lines.push(`auth: {token: {${token}}}`);
  }
  if (notify !== undefined) {
    const retries = 'timeout: 2s, threshold: 3, backoff: 500ms';
    const headers = `headers: {Authorization: ["${notify.authorization}"]}`;
    lines.push(`notifications: {endpoints: [{name: "plimsoll", url: "${notify.url}", ${retries}, ${headers}}]}`);
  }
  if (schema1) lines.push('compatibility: {schema1: {enabled: true}}');
  return `${lines.join('\n')}\n`;
}

/** docker-registry takes bcrypt only, which perl reaches through the C library; cost 5 keeps every request quick. */
function htpasswdLine(auth: { readonly username: string; readonly password: string }): string {
  const salt = randomBytes(32)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .padEnd(21, 'a')
    .slice(0, 21);
  const script = 'print crypt($ENV{PLIMSOLL_PASSWORD}, q($2b$05$) . $ENV{PLIMSOLL_SALT} . q(u))';
  const hash = execFileSync('perl', ['-e', script], {
    encoding: 'utf8',
    env: { ...process.env, PLIMSOLL_PASSWORD: auth.password, PLIMSOLL_SALT: salt },
  });
  if (!hash.startsWith('$2b$05$')) throw new Error('perl crypt offers no bcrypt on this machine');
  return `${auth.username}:${hash}\n`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function answers(url: string): Promise<boolean> {
  if (url.startsWith('https:')) return answersTls(url);
  try {
    const response = await fetch(`${url}/v2/`);
    await response.arrayBuffer();
    return response.status === 200 || response.status === 401;
  } catch {
    return false;
  }
}

/** Nobody has signed the certificate of a test. */
async function answersTls(url: string): Promise<boolean> {
  try {
    const request = get(`${url}/v2/`, { rejectUnauthorized: false, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.destroy();
    return response.statusCode === 200 || response.statusCode === 401;
  } catch {
    return false;
  }
}
