import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { hasAtMostValues } from '../../oci/has-at-most-values.ts';
import type { WireResponse } from './create-transport.ts';
import { DistributionError } from './distribution-error.ts';
import { toNetworkError } from './network-error.ts';
import { redactUrl } from './redact-url.ts';

const MAX_VALUES = 1_000;

/** How much of a body is read: bytes, and milliseconds from its first to its last. */
export interface BodyLimits {
  readonly bytes: number;
  readonly milliseconds: number;
  /** Told how many bytes came over the wire, which are fewer where they were compressed. */
  readonly received?: (bytes: number) => void;
}

/**
 * Reads a body to its end.
 * @throws AppError `limit-exceeded` beyond the bytes, `connection-failed` when it breaks off or takes too long, `canceled`
 */
export async function readBody(response: WireResponse, limits: BodyLimits, signal: AbortSignal): Promise<Uint8Array> {
  const { bytes, complete } = await readStart(response, limits, signal);
  if (!complete) {
    const { method } = response;
    const url = redactUrl(response.url);
    throw new DistributionError('limit-exceeded', `${method} ${url} answered more than ${limits.bytes} bytes.`, {
      method,
      url,
      status: response.status,
    });
  }
  return bytes;
}

/** Reads at most so many bytes, unpacked where they were compressed, and drops the rest. */
export async function readStart(
  response: WireResponse,
  limits: BodyLimits,
  signal: AbortSignal,
): Promise<{ readonly bytes: Uint8Array; readonly complete: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const { body, packed } = unpacked(response);
  // A server that sends a byte a minute is never silent, and never done.
  const timer = setTimeout(() => response.body.destroy(tooSlow(response)), limits.milliseconds);
  try {
    for await (const chunk of body) {
      const bytes: unknown = chunk;
      if (!(bytes instanceof Uint8Array)) continue;
      chunks.push(bytes);
      size += bytes.byteLength;
      if (size > limits.bytes) return { bytes: Buffer.concat(chunks).subarray(0, limits.bytes), complete: false };
    }
  } catch (error) {
    throw toNetworkError(error, response.method, response.url, signal);
  } finally {
    clearTimeout(timer);
    limits.received?.(packed?.() ?? size);
  }
  return { bytes: Buffer.concat(chunks), complete: true };
}

/** An answer to HEAD, and 304, say how the body would be compressed that they do not have. */
function unpacked(response: WireResponse): { readonly body: Readable; readonly packed?: () => number } {
  const isPacked = response.header('content-encoding')?.trim().toLowerCase() === 'gzip';
  if (!isPacked || response.method === 'HEAD' || response.status === 304) return { body: response.body };
  const gunzip = createGunzip();
  // Whatever ends either of them is told to who reads the body.
  pipeline(response.body, gunzip, () => {});
  return { body: gunzip, packed: () => gunzip.bytesWritten };
}

function tooSlow({ method, url, status }: WireResponse): DistributionError {
  const message = `${method} ${redactUrl(url)} is answered too slowly to be waited for.`;
  return new DistributionError('connection-failed', message, { method, url: redactUrl(url), status });
}

/**
 * Reads the bytes of a JSON answer into a type of ours.
 * @throws AppError `not-a-registry` when it is no JSON, `registry-error` when it has another shape, `limit-exceeded`
 * beyond `maxValues`
 */
export function parseAnswer<T>(
  response: WireResponse,
  body: Uint8Array,
  schema: z.ZodType<T>,
  maxValues = MAX_VALUES,
): T {
  const details = { method: response.method, url: redactUrl(response.url), status: response.status };
  if (!hasAtMostValues(body, maxValues)) {
    const message = `${details.method} ${details.url} answered more than ${maxValues} values.`;
    throw new DistributionError('limit-exceeded', message, details);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch (cause) {
    const message = `${details.method} ${details.url} answered something other than JSON. Is this the address of a registry?`;
    throw new DistributionError('not-a-registry', message, { ...details, cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const message = `${details.method} ${details.url} answered JSON of an unexpected shape: ${z.prettifyError(parsed.error).slice(0, 300)}`;
  throw new DistributionError('registry-error', message, { ...details, cause: parsed.error });
}
