import { z } from 'zod';
import type { Cause } from '../../model/cause.ts';
import { hasAtMostValues } from '../../oci/has-at-most-values.ts';
import { cleanText } from './clean-text.ts';
import type { WireResponse } from './create-transport.ts';
import { DistributionError, type RegistryErrorCode } from './distribution-error.ts';
import { parseRetryAfter } from './parse-retry-after.ts';
import { type BodyLimits, readStart } from './read-body.ts';
import { redactUrl } from './redact-url.ts';

const MAX_CODES = 10;
// Of an error body that is read as JSON; a larger one is quoted as text.
const MAX_VALUES = 1_000;

const ErrorBody = z.object({
  errors: z.array(z.object({ code: z.string().catch(''), message: z.string().catch('') })).min(1),
});
// Token servers and gateways answer one of these instead.
const OtherErrorBody = z.object({
  error: z.string().catch(''),
  error_description: z.string().catch(''),
  message: z.string().catch(''),
  details: z.string().catch(''),
});

export interface ErrorContext {
  /** Texts that must never appear in a message, should the registry echo them. */
  readonly secrets: readonly string[];
  readonly body: BodyLimits;
  readonly now: number;
}

/** Reads an answer nobody asked for into an error: what was asked, the status, the registry's own words. */
export async function toResponseError(
  response: WireResponse,
  context: ErrorContext,
  signal: AbortSignal,
): Promise<DistributionError> {
  const body = await readStart(response, context.body, signal);
  const text = Buffer.from(body.bytes).toString('utf8');
  const html = isHtml(response, text);
  const asJson = hasAtMostValues(body.bytes, MAX_VALUES);
  const codes = html ? [] : parseErrorBody(text, asJson, context.secrets);
  const { status, method } = response;
  const url = redactUrl(response.url);
  const code = isSpent(response) ? 'rate-limited' : causeOfStatus(status, html);
  const said = codes.map((entry) => [entry.code, entry.message].filter((part) => part !== '').join(': ')).join('; ');
  const retryAfterMs = retryAfterOf(response, context.now);
  const words = html ? ' with an HTML page' : said === '' ? '' : ` (${said})`;
  const message = `${method} ${url} answered ${status}${words}.${advice(code)}${describeWait(retryAfterMs)}`;
  return new DistributionError(code, message, {
    method,
    url,
    status,
    codes,
    retryable: isRetryableStatus(status) || code === 'rate-limited',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs, retryAt: new Date(context.now + retryAfterMs) }),
  });
}

/** Whether the same request may well succeed a moment later. */
export function isRetryableStatus(status: number): boolean {
  return status === 429 || status === 408 || (status >= 500 && status !== 501 && status !== 505);
}

/** Whether an answer is a page for people: a console, a login form, a proxy. */
export function isHtml(response: WireResponse, start = ''): boolean {
  const type = response.header('content-type')?.toLowerCase() ?? '';
  if (type.startsWith('text/html') || type.startsWith('application/xhtml')) return true;
  const head = start.slice(0, 64).trimStart().toLowerCase();
  return head.startsWith('<!doctype html') || head.startsWith('<html');
}

/**
 * GitHub answers 403 to who has used up what an hour allows, and says when it is over:
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
function isSpent(response: WireResponse): boolean {
  if (response.status !== 403) return false;
  return response.header('retry-after') !== undefined || response.header('x-ratelimit-remaining') === '0';
}

function causeOfStatus(status: number, html: boolean): Cause {
  if (status === 401) return 'authentication-failed';
  if (status === 403) return 'permission-denied';
  if (status === 429) return 'rate-limited';
  if (html && (status < 400 || status === 404)) return 'not-a-registry';
  return status === 404 ? 'image-not-found' : 'registry-error';
}

function advice(code: Cause): string {
  if (code === 'authentication-failed') return ' Check user name and password.';
  if (code === 'permission-denied') return ' The account lacks the right to read this.';
  return code === 'not-a-registry' ? ' Check the address of the registry.' : '';
}

function describeWait(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '';
  const seconds = Math.max(1, Math.ceil(milliseconds / 1_000));
  const [amount, unit] =
    seconds < 120
      ? [seconds, 'second']
      : seconds < 7_200
        ? [Math.ceil(seconds / 60), 'minute']
        : [Math.ceil(seconds / 3_600), 'hour'];
  return ` It asks to wait ${amount} ${unit}${amount === 1 ? '' : 's'}.`;
}

function retryAfterOf(response: WireResponse, now: number): number | undefined {
  for (const name of ['retry-after', 'x-retry-after']) {
    const wait = parseRetryAfter(response.header(name) ?? '', now);
    if (wait !== undefined) return wait;
  }
  return isSpent(response) ? parseRetryAfter(response.header('x-ratelimit-reset') ?? '', now) : undefined;
}

function parseErrorBody(text: string, asJson: boolean, secrets: readonly string[]): readonly RegistryErrorCode[] {
  const clean = (value: string) => cleanText(value, secrets);
  const value = asJson ? parseOrUndefined(text) : undefined;
  if (value === undefined) {
    const message = clean(text);
    return message === '' ? [] : [{ code: '', message }];
  }
  const listed = ErrorBody.safeParse(value);
  if (listed.success) {
    return listed.data.errors
      .slice(0, MAX_CODES)
      .map(({ code, message }) => ({ code: clean(code), message: clean(message) }));
  }
  const other = OtherErrorBody.safeParse(value);
  if (!other.success) return [];
  const { error, error_description, message, details } = other.data;
  const said = clean(error_description || message || details);
  return error === '' && said === '' ? [] : [{ code: clean(error), message: said }];
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
