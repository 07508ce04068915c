import type { Transport, WireRequest, WireResponse } from './create-transport.ts';
import { DistributionError } from './distribution-error.ts';
import { type BodyLimits, readStart } from './read-body.ts';
import { redactUrl } from './redact-url.ts';

// Go's servers write a line of HTML.
const PAGE: BodyLimits = { bytes: 8_192, milliseconds: 5_000 };
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * Sends a request and follows redirects by hand: at most `limit`, never from https to http, and the Authorization
 * header never leaves the origin it was meant for, not even to come back.
 */
export async function followRedirects(
  transport: Transport,
  request: WireRequest,
  limit: number,
  signal: AbortSignal,
): Promise<WireResponse> {
  let { url, headers } = request;
  for (let hops = 0; ; hops += 1) {
    const response = await transport.send({ ...request, url, headers }, signal);
    const location = response.header('location');
    if (!REDIRECTS.includes(response.status) || location === undefined) return response;
    await letGo(response, signal);

    const refuse = (why: string) =>
      new DistributionError('registry-error', `${request.method} ${redactUrl(request.url)} was redirected ${why}`, {
        method: request.method,
        url: redactUrl(request.url),
        status: response.status,
      });
    if (hops >= limit) throw refuse(`more than ${limit} times, last by ${redactUrl(url)}.`);
    const next = URL.parse(location, url.href);
    if (next === null || (next.protocol !== 'http:' && next.protocol !== 'https:'))
      throw refuse('to something that is not a web address.');
    if (url.protocol === 'https:' && next.protocol === 'http:')
      throw refuse(`from https to plain http at ${next.host}, which is not followed.`);
    if (next.origin !== url.origin) headers = withoutCredentials(headers);
    next.username = '';
    next.password = '';
    url = next;
  }
}

/** A short page is read to its end, so that its connection can be used again; anything else is not worth it. */
async function letGo(response: WireResponse, signal: AbortSignal): Promise<void> {
  const length = response.header('content-length');
  if (length === undefined || !(Number(length) <= PAGE.bytes)) response.body.destroy();
  // Where it leads is known already, so what becomes of the page does not matter.
  else await readStart(response, PAGE, signal).catch(() => response.body.destroy());
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'));
}
