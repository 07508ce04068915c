import { Transform } from 'node:stream';
import type { WireResponse } from './create-transport.ts';
import { DistributionError } from './distribution-error.ts';
import { redactUrl } from './redact-url.ts';

/** What the first answer said of a blob. */
export interface BlobFacts {
  readonly size: number;
  /** A strong ETag: equal ones mean equal bytes. */
  readonly etag?: string;
}

const WHOLE_NUMBER = /^\d{1,15}$/;
const CONTENT_RANGE = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/;

export function sizeOf(response: WireResponse): number | undefined {
  const length = response.header('content-length');
  return length !== undefined && WHOLE_NUMBER.test(length) ? Number(length) : undefined;
}

export function etagOf(response: WireResponse): string | undefined {
  const etag = response.header('etag');
  return etag?.startsWith('"') ? etag : undefined;
}

/** An answer, and how many bytes of its body are known already. */
export interface BlobPart {
  readonly response: WireResponse;
  readonly known: number;
}

/**
 * Asks for a blob from byte `from` on. A server that answers with the whole blob, or with a part that is not the one that was
 * asked for, is asked for all of it. https://www.rfc-editor.org/rfc/rfc9110.html#name-range-requests
 */
export async function reopenBlob(
  ask: (headers: Readonly<Record<string, string>>, accept: readonly number[]) => Promise<WireResponse>,
  from: number,
  facts: BlobFacts,
): Promise<BlobPart> {
  const range = { range: `bytes=${from}-` };
  const headers = facts.etag === undefined ? range : { ...range, 'if-range': facts.etag };
  const answer = await ask(headers, [200, 206, 416]);
  if (answer.status === 206 && isRest(answer, from, facts)) return { response: answer, known: 0 };
  if (answer.status === 200) return { response: checked(answer, facts), known: from };
  answer.body.destroy();
  return { response: checked(await ask({}, [200]), facts), known: from };
}

function isRest(answer: WireResponse, from: number, { size, etag }: BlobFacts): boolean {
  const [, first, last, total] = CONTENT_RANGE.exec(answer.header('content-range') ?? '') ?? [];
  if (Number(first) !== from || Number(last) !== size - 1) return false;
  const now = etagOf(answer);
  return (total === '*' || Number(total) === size) && (etag === undefined || now === undefined || now === etag);
}

function checked(answer: WireResponse, { size }: BlobFacts): WireResponse {
  const length = sizeOf(answer);
  if (length === undefined || length === size) return answer;
  answer.body.destroy();
  const url = redactUrl(answer.url);
  const message = `GET ${url} answered ${length} bytes, and ${size} before: what is served there has changed.`;
  throw new DistributionError('registry-error', message, { method: 'GET', url, retryable: true });
}

/** Lets through what follows the first bytes. */
export function withoutStart(bytes: number): Transform {
  let left = bytes;
  return new Transform({
    readableObjectMode: true,
    transform(chunk: Buffer, _encoding, done) {
      const rest = chunk.subarray(Math.min(left, chunk.byteLength));
      left -= chunk.byteLength - rest.byteLength;
      if (rest.byteLength > 0) this.push(rest);
      done();
    },
  });
}
