import { createHash, type Hash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../model/app-error.ts';
import { isDiskFull } from '../model/is-disk-full.ts';
import type { Feed } from './advisory-source.ts';
import type { KeptFeed } from './feed-list.ts';
import { pathOf, redactUrl } from './feed-url.ts';

/** The part of fetch that is used; undici's and Node's own both have it. */
export type Fetch = (
  url: string,
  init: { headers: Record<string, string>; signal: AbortSignal },
) => Promise<FetchResponse>;
export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
}

export interface DownloadDeps {
  readonly fetch: Fetch;
  /** Before the first retry; doubled with each further one. */
  readonly retryDelayMs: number;
  readonly onBytes: (bytes: number, total: number | undefined) => void;
}

export interface Download {
  readonly sha256: string;
  readonly bytes: number;
  readonly etag?: string;
  readonly lastModified?: string;
}

/**
 * Brings a feed into the file `to`, unless it is the one we have: one conditional request then. Cut bodies are resumed
 * where the server can, failing servers asked again. Throws an AppError when it cannot be had.
 */
export async function downloadFeed(
  feed: Feed,
  kept: KeptFeed | undefined,
  to: string,
  deps: DownloadDeps,
  signal: AbortSignal,
): Promise<Download | 'unchanged' | 'absent'> {
  const known = kept?.url === redactUrl(feed.url) ? kept : undefined;
  const path = pathOf(feed.url);
  const file = await open(to, 'w', 0o644);
  try {
    const result =
      path === undefined
        ? await fetchFeed(feed, known, file, deps, signal)
        : await copyFeed(feed, path, known, file, deps, signal);
    if (typeof result === 'object') await file.sync();
    return result;
  } finally {
    await file.close();
  }
}

async function copyFeed(
  feed: Feed,
  path: string,
  known: KeptFeed | undefined,
  file: FileHandle,
  deps: DownloadDeps,
  signal: AbortSignal,
): Promise<Download | 'unchanged' | 'absent'> {
  const stats: Stats | undefined = await stat(path).catch(() => undefined);
  if (!stats?.isFile()) {
    if (feed.optional) return 'absent';
    throw new AppError(
      'advisories-missing',
      `${path} is not a file: copy <Ecosystem>/all.zip of OSV.dev's bucket to there`,
    );
  }
  const etag = `${stats.size}-${stats.mtimeMs}`;
  if (known?.etag === etag) return 'unchanged';
  const target = createTarget(feed, file);
  for await (const chunk of createReadStream(path, { signal })) {
    await target.append(chunk);
    deps.onBytes(target.bytes, stats.size);
  }
  return { ...target.result(), etag };
}

const MAX_ATTEMPTS = 6; // in a row that get no further than any before
const MAX_ATTEMPTS_EVER = 100;
const MAX_DELAY_MS = 60_000;

async function fetchFeed(
  feed: Feed,
  known: KeptFeed | undefined,
  file: FileHandle,
  deps: DownloadDeps,
  signal: AbortSignal,
): Promise<Download | 'unchanged' | 'absent'> {
  const target = createTarget(feed, file);
  const { url, headers: common } = addressOf(feed);
  let validator: string | undefined; // strong ETag of the body that the target begins with
  let fruitless = 0;
  let most = 0; // bytes of the attempt that got furthest
  for (let attempt = 1; ; attempt++) {
    let failure: AppError;
    let delay = Math.min(deps.retryDelayMs * 2 ** fruitless, MAX_DELAY_MS);
    try {
      const resumable = validator !== undefined && target.bytes > 0;
      const headers: Record<string, string> = {
        ...common,
        ...(resumable ? resume(target.bytes, validator) : conditions(known)),
      };
      const response = await deps.fetch(url, { headers, signal });
      const refused = await refusal(feed, response);
      if (!refused) {
        if (response.status === 304 && known && !resumable) return 'unchanged';
        const continues = response.status === 206 && resumable && continuesAt(response, target.bytes);
        if (!continues) await target.restart();
        if (!continues && response.status !== 200) throw unasked(feed, response);
        validator = strongTag(response);
        await receive(response, feed, target, deps);
        return { ...target.result(), ...validators(response) };
      }
      if (response.status === 404 && feed.optional) return 'absent';
      if (response.status === 416) await target.restart();
      delay = retryAfter(response) ?? delay;
      failure = refused;
    } catch (error) {
      signal.throwIfAborted();
      failure = asAppError(error, feed);
    }
    fruitless = target.bytes > most ? 0 : fruitless + 1;
    most = Math.max(most, target.bytes);
    if (!failure.retryable || fruitless >= MAX_ATTEMPTS || attempt >= MAX_ATTEMPTS_EVER) throw failure;
    await sleep(delay, undefined, { signal }).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : error;
    });
  }
}

/** fetch refuses addresses with a user and password in them (and prints them); they are sent as it should be done. */
function addressOf(feed: Feed): { readonly url: string; readonly headers: Record<string, string> } {
  const url = new URL(feed.url);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    url: url.href,
    headers: {
      'accept-encoding': 'identity', // sizes and resuming are about the bytes themselves
      ...(username === '' ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` }),
    },
  };
}

function conditions(known: KeptFeed | undefined): Record<string, string> {
  return {
    ...(known?.etag ? { 'if-none-match': known.etag } : {}),
    ...(known?.lastModified ? { 'if-modified-since': known.lastModified } : {}),
  };
}

function resume(bytes: number, validator: string | undefined): Record<string, string> {
  return { range: `bytes=${bytes}-`, ...(validator ? { 'if-range': validator } : {}) };
}

/** Why an answer is of no use; its body is left unread and the connection with it. */
async function refusal(feed: Feed, { status, body }: FetchResponse): Promise<AppError | undefined> {
  if (status === 200 || status === 206 || status === 304) return undefined;
  await body?.[Symbol.asyncIterator]().return?.();
  const where = `${redactUrl(feed.url)} answers ${status}`;
  if (status === 429) return new AppError('rate-limited', `${where}: asked too often`, { retryable: true });
  if (status >= 500 || status === 408 || status === 416) {
    return new AppError('connection-failed', `${where}: try again later`, { retryable: true });
  }
  if (status === 401) return new AppError('authentication-failed', `${where}: this mirror wants a sign-in`);
  if (status === 403) return new AppError('permission-denied', `${where}: this mirror does not let us read`);
  return new AppError(
    'advisories-missing',
    `${where}: it does not have OSV.dev's bucket layout, or not this ecosystem`,
  );
}

/** A part or a "not modified" that we did not ask for. */
function unasked(feed: Feed, { status }: FetchResponse): AppError {
  const message = `${redactUrl(feed.url)} answers ${status}, which does not fit what was asked`;
  return new AppError('connection-failed', message, { retryable: true });
}

async function receive(response: FetchResponse, feed: Feed, target: Target, { onBytes }: DownloadDeps): Promise<void> {
  const length = contentLength(response);
  const total = length === undefined ? undefined : target.bytes + length;
  if (total !== undefined && total > feed.maxBytes) throw tooLarge(feed);
  for await (const chunk of response.body ?? []) {
    await target.append(chunk);
    onBytes(target.bytes, total);
  }
  if (total !== undefined && target.bytes !== total) {
    const message = `${redactUrl(feed.url)} sent ${target.bytes} bytes of ${total}`;
    throw new AppError('connection-failed', message, { retryable: true });
  }
}

const DIGITS = /^[0-9]{1,15}$/;

function contentLength({ headers }: FetchResponse): number | undefined {
  const text = headers.get('content-length');
  return text && DIGITS.test(text) && !headers.get('content-encoding') ? Number(text) : undefined;
}

const continuesAt = ({ headers }: FetchResponse, bytes: number) =>
  headers.get('content-range')?.startsWith(`bytes ${bytes}-`) ?? false;

function strongTag({ headers }: FetchResponse): string | undefined {
  const tag = headers.get('etag');
  return tag?.startsWith('"') ? tag : undefined;
}

function validators({ headers }: FetchResponse): { etag?: string; lastModified?: string } {
  const [etag, lastModified] = [headers.get('etag'), headers.get('last-modified')];
  return { ...(etag ? { etag } : {}), ...(lastModified ? { lastModified } : {}) };
}

/** Milliseconds; the form with a date is not heeded. */
function retryAfter({ headers }: FetchResponse): number | undefined {
  const text = headers.get('retry-after');
  return text && DIGITS.test(text) ? Math.min(Number(text) * 1000, MAX_DELAY_MS) : undefined;
}

function asAppError(error: unknown, feed: Feed): AppError {
  if (error instanceof AppError) return error;
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  if (cause instanceof AppError) return cause; // of a proxy
  const detail = cause instanceof Error ? `${message}: ${cause.message}` : message;
  return new AppError('connection-failed', `${redactUrl(feed.url)} could not be read: ${detail}`, {
    cause: error,
    retryable: true,
  });
}

function tooLarge(feed: Feed): AppError {
  return new AppError('limit-exceeded', `${redactUrl(feed.url)} is larger than ${feed.maxBytes} bytes`);
}

interface Target {
  readonly bytes: number;
  append(chunk: Uint8Array): Promise<void>;
  restart(): Promise<void>;
  result(): { readonly sha256: string; readonly bytes: number };
}

async function writeAt(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  try {
    for (let done = 0; done < chunk.length; ) {
      done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
    }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const code = isDiskFull(error) ? 'disk-full' : 'limit-exceeded';
    throw new AppError(code, `the download cannot be written to the data folder: ${detail}`, {
      cause: error,
    });
  }
}

/** Writes and hashes on the way; never more than the feed's limit. */
function createTarget(feed: Feed, file: FileHandle): Target {
  let hash: Hash = createHash('sha256');
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    async append(chunk) {
      if (bytes + chunk.length > feed.maxBytes) throw tooLarge(feed);
      await writeAt(file, chunk, bytes);
      hash.update(chunk);
      bytes += chunk.length;
    },
    async restart() {
      if (bytes === 0) return;
      await file.truncate(0);
      hash = createHash('sha256');
      bytes = 0;
    },
    result: () => ({ sha256: hash.digest('hex'), bytes }),
  };
}
