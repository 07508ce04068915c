import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { Agent, type Dispatcher, errors, request } from 'undici';
import type { z } from 'zod';
import { AppError } from '../model/app-error.ts';
import { readLines } from './read-lines.ts';

/** How to reach an API that answers JSON. */
export interface JsonEndpoint {
  /** `http(s)://host[:port][/path]`, without a slash at its end. */
  readonly url: string;
  /** Instead of the host and port of the URL. */
  readonly socketPath?: string;
  readonly tls?: ConnectionOptions;
  /** Asked before each request: tokens are renewed in their files. */
  readonly headers?: () => Promise<Readonly<Record<string, string>>>;
  /** How messages call it. */
  readonly label: string;
}

export interface JsonClient {
  /** GET; undefined where the status is one of `absent`. @throws AppError */
  get<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal, absent?: readonly number[]): Promise<T | undefined>;
  /** GET of an answer that goes on: one JSON value a line. Ends when the server ends it. @throws AppError */
  lines(path: string, signal: AbortSignal, silentMs: number): AsyncGenerator<unknown>;
  close(): Promise<void>;
}

const CONNECT_MS = 10_000;
const ANSWER_MS = 30_000;
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
const MAX_LINE_BYTES = 8 * 1024 * 1024;
const MAX_MESSAGE = 300;

/** An answer that is a refusal, with its status. */
export class RefusedByRuntime extends AppError {
  readonly status: number;

  constructor(
    code: 'authentication-failed' | 'permission-denied' | 'connection-failed',
    message: string,
    status: number,
  ) {
    super(code, message, { retryable: true });
    this.status = status;
  }
}

export function createJsonClient(endpoint: JsonEndpoint): JsonClient {
  const { socketPath, tls } = endpoint;
  const agent = new Agent({
    connect: { ...tls, timeout: CONNECT_MS, ...(socketPath === undefined ? {} : { socketPath }) },
    headersTimeout: ANSWER_MS,
    bodyTimeout: ANSWER_MS,
    connections: 8,
  });
  const open = async (path: string, signal: AbortSignal, bodyTimeout: number) => {
    try {
      const headers = { accept: 'application/json', ...(await endpoint.headers?.()) };
      return await request(`${endpoint.url}${path}`, { dispatcher: agent, headers, signal, bodyTimeout });
    } catch (error) {
      throw toFailure(error, endpoint, signal);
    }
  };
  return {
    get: async (path, schema, signal, absent = []) => {
      const response = await open(path, signal, ANSWER_MS);
      if (absent.includes(response.statusCode)) {
        await response.body.dump();
        return undefined;
      }
      return readAnswer(response, path, schema, endpoint, signal);
    },
    lines: async function* (path, signal, silentMs) {
      const response = await open(path, signal, silentMs);
      if (response.statusCode !== 200) throw await toRefusal(response, path, endpoint);
      try {
        for await (const line of readLines(response.body, MAX_LINE_BYTES)) yield parseJson(line, path, endpoint);
      } catch (error) {
        throw toFailure(error, endpoint, signal);
      } finally {
        response.body.destroy();
      }
    },
    close: () => agent.destroy(),
  };
}

async function readAnswer<T>(
  response: Dispatcher.ResponseData,
  path: string,
  schema: z.ZodType<T>,
  endpoint: JsonEndpoint,
  signal: AbortSignal,
): Promise<T> {
  if (response.statusCode !== 200) throw await toRefusal(response, path, endpoint);
  let text: string;
  try {
    text = await readText(response, MAX_ANSWER_BYTES);
  } catch (error) {
    throw toFailure(error, endpoint, signal);
  }
  const parsed = schema.safeParse(parseJson(text, path, endpoint));
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new AppError(
    'connection-failed',
    `${endpoint.label} answered ${withoutQuery(path)} in an unexpected shape (${where}). Is it the API that the setting names?`,
    { retryable: true, cause: parsed.error },
  );
}

async function readText({ body }: Dispatcher.ResponseData, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Uint8Array).byteLength;
    if (size > limit) throw new AppError('limit-exceeded', `more than ${limit} bytes were answered`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function toRefusal(response: Dispatcher.ResponseData, path: string, { label }: JsonEndpoint): Promise<AppError> {
  const text = await readText(response, 64 * 1024).catch(() => '');
  const { statusCode: status } = response;
  const code =
    status === 401 ? 'authentication-failed' : status === 403 ? 'permission-denied' : ('connection-failed' as const);
  const why = messageOf(text);
  return new RefusedByRuntime(
    code,
    `${label} answered GET ${withoutQuery(path)} with HTTP ${status}${why && `: ${why}`}`,
    status,
  );
}

/** Docker and Kubernetes both answer `{"message": …}`. */
function messageOf(text: string): string {
  try {
    const { message }: { message?: unknown } = JSON.parse(text);
    return typeof message === 'string' ? message.replaceAll(/\p{Cc}+/gu, ' ').slice(0, MAX_MESSAGE) : '';
  } catch {
    return '';
  }
}

function parseJson(text: string, path: string, { label }: JsonEndpoint): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('connection-failed', `${label} answered ${withoutQuery(path)} with something other than JSON.`, {
      cause,
      retryable: true,
    });
  }
}

const withoutQuery = (path: string) => path.split('?')[0];

function toFailure(error: unknown, { label }: JsonEndpoint, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof AppError) return error;
  const why = error instanceof errors.BodyTimeoutError ? 'it fell silent' : error instanceof Error ? error.message : '';
  return new AppError('connection-failed', `${label} cannot be reached: ${why}`, { cause: error, retryable: true });
}

/** The content of a file, or what to do when there is none. @throws AppError */
export async function readCredential(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new AppError(
      'file-unreadable',
      `${what} cannot be read from ${path}: does it exist, and may this user read it?`,
      {
        cause,
        retryable: true,
      },
    );
  }
}
