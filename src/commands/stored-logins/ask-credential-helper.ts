import { execFile } from 'node:child_process';
import { z } from 'zod';
import type { Environment } from '../../config/settings.ts';
import { CommandFailure } from '../command-failure.ts';
import type { Account } from './decode-account.ts';

const NAME = /^[a-z0-9-]{1,100}$/;
const MAX_BYTES = 64 * 1024;
const TIMEOUT_MS = 30_000;
/** The user name of an identity token. */
const TOKEN_USER = '<token>';
/** As the helpers say it: https://github.com/docker/docker-credential-helpers/blob/master/credentials/error.go. */
const NOT_FOUND = 'credentials not found in native keychain';
const OWN = 'PLIMSOLL_';

const Answer = z.looseObject({ Username: z.string(), Secret: z.string() });

interface Asking {
  readonly environment: Environment;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

/**
 * Runs `docker-credential-<name> get` (https://github.com/docker/docker-credential-helpers); undefined where it has no account
 * for the key. Nothing of what it writes is shown. @throws CommandFailure
 */
export async function askCredentialHelper(name: string, key: string, asking: Asking): Promise<Account | undefined> {
  if (!NAME.test(name)) throw new CommandFailure(`the name of its credential helper, ${JSON.stringify(name)}, is none`);
  const program = `docker-credential-${name}`;
  const { failure, written } = await run(program, key, asking);
  asking.signal.throwIfAborted();
  if (failure && written.includes(NOT_FOUND)) return undefined;
  if (failure) throw new CommandFailure(`${program} ${describe(failure)}`);
  const answer = Answer.safeParse(parseJson(written));
  if (!answer.success) throw new CommandFailure(`${program} does not answer as a credential helper`);
  const { Username: username, Secret: password } = answer.data;
  if (username === TOKEN_USER) {
    throw new CommandFailure(`${program} has an identity token for ${key}, which is not supported`);
  }
  return username === '' && password === '' ? undefined : { username, password };
}

interface Run {
  readonly failure: Failure | undefined;
  readonly written: string;
}
type Failure = Error & { readonly code?: string | number | null; readonly killed?: boolean };

function run(program: string, key: string, { environment, signal, timeoutMs = TIMEOUT_MS }: Asking): Promise<Run> {
  const env = Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith(OWN)));
  return new Promise((resolve) => {
    const options = { env, signal, timeout: timeoutMs, maxBuffer: MAX_BYTES, killSignal: 'SIGKILL' } as const;
    const child = execFile(program, ['get'], options, (error, stdout) =>
      resolve({ failure: error ?? undefined, written: stdout }),
    );
    child.stdin?.on('error', () => undefined); // it may end without reading; what it answers is what counts
    child.stdin?.end(key);
  });
}

function describe({ code, killed }: Failure): string {
  if (code === 'ENOENT') return 'is not installed, or not in the path';
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return `writes more than ${MAX_BYTES} bytes`;
  if (killed) return 'did not answer in time';
  return typeof code === 'number' ? `ended with exit code ${code}` : `cannot be run (${code ?? 'killed'})`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
