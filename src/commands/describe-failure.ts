import { ApiCallError } from '../api/client/create-api-client.ts';
import { InvalidConfig } from '../config/load-config.ts';
import { AppError } from '../model/app-error.ts';
import { isDiskFull } from '../model/is-disk-full.ts';
import { DatabaseUnavailable } from '../store/database-unavailable.ts';
import { SchemaTooNew } from '../store/schema-mark.ts';
import { asSentence } from './as-sentence.ts';
import { adviceOf } from './command-advice.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { describeSystemError } from './describe-system-error.ts';
import type { Colors } from './output/terminal.ts';
import { wrap } from './output/wrap.ts';

/** What a person is told about a failed command, and what it exits with. */
export interface Failure {
  readonly exitCode: number;
  readonly message: string;
  readonly fix?: string;
  readonly requestId?: string;
  /** For defects only: where in our code. */
  readonly stack?: string;
}

export function describeFailure(
  error: unknown,
  context: { readonly aborted: boolean; readonly endpoint?: string },
): Failure {
  if (context.aborted || isAbort(error)) return { exitCode: exitCodes.interrupted, message: 'Interrupted.' };
  if (error instanceof CommandFailure) {
    const { exitCode, message, fix, requestId } = error;
    return { exitCode, message, ...(fix ? { fix } : {}), ...(requestId ? { requestId } : {}) };
  }
  if (error instanceof ApiCallError) return describeApiError(error);
  if (isUnreachable(error)) {
    return {
      exitCode: exitCodes.error,
      message: `No server answers at ${context.endpoint ?? 'the endpoint'}${reasonOf(error)}.`,
      fix: 'Start it with `plimsoll serve`, or set PLIMSOLL_ENDPOINT (or --endpoint) to where it runs.',
    };
  }
  if (error instanceof InvalidConfig)
    return { exitCode: exitCodes.usage, message: error.message, fix: 'plimsoll config shows every setting.' };
  if (error instanceof AppError && error.code !== 'internal-error') {
    const exitCode = error.code === 'authentication-failed' ? exitCodes.unauthenticated : exitCodes.error;
    return { exitCode, message: asSentence(error.message), fix: adviceOf(error.code) };
  }
  if (error instanceof Error && isDiskFull(error)) {
    const message = `The disk is full: ${error.message.replace(/\.$/, '')}.`;
    return { exitCode: exitCodes.error, message, fix: adviceOf('disk-full') };
  }
  if (error instanceof DatabaseUnavailable) {
    const fix =
      error.cause instanceof SchemaTooNew
        ? 'Run the later version here; docs/guides/scale-out.md (Upgrades) tells which versions go together.'
        : 'Check PLIMSOLL_DATABASE_URL and its server, or the file in the data folder (PLIMSOLL_DATA_DIR).';
    return { exitCode: exitCodes.error, message: error.message, fix };
  }
  const refused = describeSystemError(error);
  return refused ? { exitCode: exitCodes.error, ...refused } : describeDefect(error);
}

/** Not everything that ends with a code of its own is an error. */
const labels: Readonly<Record<number, string>> = {
  [exitCodes.policy]: 'policy:',
  [exitCodes.incomplete]: 'incomplete:',
};

/** `error: …`, then how to mend it and the request id, each on a line of its own. */
export function renderFailure(failure: Failure, colors: Colors, width?: number): string {
  if (failure.exitCode === exitCodes.interrupted) return `${failure.message}\n`;
  const lines = [`${colors.red(labels[failure.exitCode] ?? 'error:')} ${failure.message}`];
  if (failure.fix) lines.push(`  ${colors.bold('fix:')} ${failure.fix}`);
  if (failure.requestId) lines.push(`  request: ${failure.requestId}`);
  const text = lines.flatMap((line) => line.split('\n')).map((line) => (width ? wrap(line, width, '    ') : line));
  if (failure.stack) text.push(colors.dim(failure.stack));
  return `${text.join('\n')}\n`;
}

const authenticationCodes = /^(?:AuthFailure|UnauthorizedOperation)\b/;
const usageCodes = /^(?:InvalidParameter(?:Value)?(?!\.RequestTimeout)|MissingParameter|UnknownParameter)\b/;

function describeApiError({ code, message, requestId }: ApiCallError): Failure {
  const unauthenticated = authenticationCodes.test(code);
  const fix =
    code === 'UnauthorizedOperation'
      ? 'Make one where the server runs: plimsoll key create <name> --role admin'
      : 'Check PLIMSOLL_SECRET_ID and PLIMSOLL_SECRET_KEY, or point --data-dir at the data folder of this server.';
  return {
    exitCode: unauthenticated ? exitCodes.unauthenticated : usageCodes.test(code) ? exitCodes.usage : exitCodes.error,
    message: `${message} (${code})`,
    requestId,
    ...(unauthenticated ? { fix } : {}),
  };
}

/** What `fetch` rejects with when there was no answer at all. */
function isUnreachable(error: unknown): error is TypeError {
  return error instanceof TypeError && error.message === 'fetch failed';
}

/** ` (ECONNREFUSED)`, when the system says. */
function reasonOf(error: TypeError): string {
  const { cause } = error;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? ` (${cause.code})` : '';
}

function describeDefect(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? error.stack : undefined;
  const fix = 'This looks like a defect of Plimsoll: please report it with the lines below and what you typed.';
  return { exitCode: exitCodes.error, message, fix, ...(stack ? { stack } : {}) };
}

function isAbort(error: unknown): boolean {
  return (
    (error instanceof Error && error.name === 'AbortError') || (error instanceof AppError && error.code === 'canceled')
  );
}
