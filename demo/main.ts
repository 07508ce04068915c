/**
 * `npm run demo`: Plimsoll as it is used, offline. A small registry with a fleet of images, hand-written advisories, and the
 * commands a user types, run for real: HTTP, signatures, scans. `--once` ends after the list; otherwise the server keeps running.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCodes } from '../src/commands/command-failure.ts';
import { createLog } from '../src/commands/output/create-log.ts';
import { createTerminal } from '../src/commands/output/terminal.ts';
import { runCommandLine } from '../src/commands/run-command-line.ts';
import { ensureAdminKey } from '../src/config/admin-key.ts';
import { loadConfig } from '../src/config/load-config.ts';
import type { Environment } from '../src/config/settings.ts';
import { startPlimsoll } from '../src/main.ts';
import { writeAdvisoryFolder } from './advisory-folder.ts';
import { demoRepositories } from './demo-images.ts';
import { serveRegistry } from './serve-registry.ts';

const USUAL_PORT = 9460;
const registryAccount = { username: 'demo', password: 'demo-password' };

const terminal = createTerminal(process, process.env);
const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => abort.abort(new DOMException('Interrupted', 'AbortError')));

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-demo-'));
try {
  process.exitCode = await demo(process.argv.includes('--once'));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function demo(stopAfterList: boolean): Promise<number> {
  terminal.note('Building a registry of images, and the advisories for what is in them.\n');
  const registry = await serveRegistry({ repositories: demoRepositories(), auth: registryAccount });
  const feeds = await writeAdvisoryFolder(join(folder, 'feeds'));
  const env: Environment = {
    ...withoutPlimsoll(process.env),
    PLIMSOLL_DATA_DIR: join(folder, 'data'),
    PLIMSOLL_LISTEN: `127.0.0.1:${(await isFree(USUAL_PORT)) ? USUAL_PORT : 0}`,
    PLIMSOLL_ADVISORIES_URL: `file://${feeds.osv}`,
    PLIMSOLL_KEV_URL: `file://${feeds.kev}`,
    PLIMSOLL_LOG_LEVEL: 'warn',
  };
  const imported = await type(['advisories', 'import', join(folder, 'feeds')], env);
  if (imported !== 0) return imported;
  const config = loadConfig(env);
  const key = await ensureAdminKey(config);
  terminal.out(`\n${terminal.colors.bold('$ plimsoll serve')}\n`);
  const server = await startPlimsoll(config, createLog(config.logLevel, terminal));
  try {
    terminal.out(`Plimsoll listens on ${server.url}\n`);
    const client: Environment = {
      ...env,
      PLIMSOLL_ENDPOINT: server.url,
      PLIMSOLL_REGISTRY_PASSWORD: registryAccount.password,
    };
    for (const args of commands(registry.url)) {
      const exitCode = await type(args, client);
      // One image is past its end of life: what it holds is incomplete, and meant to be.
      if (exitCode !== exitCodes.ok && exitCode !== exitCodes.incomplete) return exitCode;
    }
    if (stopAfterList) return 0;
    terminal.out(whatNext(server.url, key, registry.url));
    if (!abort.signal.aborted) await once(abort.signal, 'abort');
    terminal.note('\nStopping; the demo leaves nothing behind.\n');
    return 0;
  } finally {
    await server.stop();
    await registry.stop();
  }
}

/** What a user would type. */
function commands(registryUrl: string): readonly (readonly string[])[] {
  return [
    ['registry', 'add', 'demo', registryUrl, '--username', registryAccount.username],
    ['registry', 'sync', 'demo', '--wait'],
    ['image', 'authorize', '--all'],
    ['task', 'start', '--all', '--wait'],
    ['image', 'list'],
  ];
}

function type(args: readonly string[], env: Environment): Promise<number> {
  terminal.out(`\n${terminal.colors.bold(`$ plimsoll ${args.join(' ')}`)}\n`);
  const quiet = { ...terminal, note: (text: string) => (text.startsWith('Next:') ? undefined : terminal.note(text)) };
  return runCommandLine(args, {
    env,
    terminal: quiet,
    signal: abort.signal,
    now: () => new Date(),
    readInput: async () => '',
  });
}

function whatNext(
  url: string,
  key: { readonly secretId: string; readonly secretKey: string },
  registryUrl: string,
): string {
  return `
The server keeps running at ${url}. In another terminal, here:

  export PLIMSOLL_ENDPOINT=${url}
  export PLIMSOLL_DATA_DIR=${join(folder, 'data')}
  alias plimsoll='npm run -s plimsoll --'

  plimsoll image show shop/api:2.0
  plimsoll image list --severity critical --latest
  plimsoll image list --package lodash -o json
  plimsoll scan ${new URL(registryUrl).host}/shop/web:1.5 -u ${registryAccount.username} --fail-on kev
      (the registry's password is ${registryAccount.password})

Any SDK of Tencent Cloud's TCSS works too:

  endpoint   ${new URL(url).host}, protocol http
  SecretId   ${key.secretId}
  SecretKey  ${key.secretKey}

Press Ctrl-C to stop.
`;
}

/** Settings of the user's own installation must not leak into the demo. */
function withoutPlimsoll(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('PLIMSOLL_')));
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
