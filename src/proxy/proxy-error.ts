import { AppError } from '../model/app-error.ts';
import type { HttpProxy } from './choose-proxy.ts';

const explanations: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name does not exist',
  EAI_AGAIN: 'the name server does not answer',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it cut the connection',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ETIMEDOUT: 'it does not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it stayed silent',
  UND_ERR_SOCKET: 'it cut the connection',
};

/** A proxy that could not be spoken to; `error` is of the connection to it. */
export function proxyUnreachable(proxy: HttpProxy, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  const why = explanations[code] ?? 'the connection to it failed';
  const message = `The proxy ${proxy.origin} cannot be used: ${why} (${code || 'no code'}).`;
  return new AppError('proxy-unreachable', message, { cause: error, retryable: true });
}

/** A proxy that answered for itself instead of passing on; `host` is what was to be reached. */
export function proxyRefusal(proxy: HttpProxy, status: number, host: string): AppError {
  const said = `The proxy ${proxy.origin} answers ${status}`;
  if (status === 407) {
    const account = proxy.authorization ? 'refuses the user or password it was given' : 'wants a user and a password';
    return new AppError('proxy-refused', `${said}: it ${account}.`);
  }
  if (status >= 500) {
    return new AppError('connection-failed', `${said}: it could not reach ${host}.`, { retryable: true });
  }
  return new AppError('proxy-refused', `${said}: it does not let us reach ${host}.`);
}

/** Several failed addresses come as one AggregateError. */
function codeOf(error: unknown): string {
  const [first] = error instanceof AggregateError ? error.errors : [error];
  return first instanceof Error && 'code' in first ? String(first.code) : '';
}
