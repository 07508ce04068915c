import type { z } from 'zod';
import { AppError } from '../../model/app-error.ts';
import { DistributionError } from '../distribution/distribution-error.ts';
import type { Answer, Session, SessionRequest } from '../distribution/open-session.ts';
import { parseAnswer } from '../distribution/read-body.ts';
import { redactUrl } from '../distribution/redact-url.ts';

// Of one page: a hundred artifacts with their labels and platforms have some ten thousand.
const MAX_VALUES = 500_000;

/** One paged list of an API of a registry type's own: JSON that is small in values, page after page. */
export interface PagedList<Page, Item> {
  readonly first: SessionRequest;
  readonly schema: z.ZodType<Page>;
  items(page: Page): readonly Item[];
  /** The request for the page after this one; undefined ends the list. */
  next(page: Page, answer: Answer, asked: SessionRequest): SessionRequest | undefined;
}

/**
 * Yields the items of all pages, each page asked for when it is needed; what moves meanwhile may come twice or not at all.
 * @throws AppError `limit-exceeded` beyond the session's pages, names or bytes, `registry-error` when the pages lead in a
 * circle, and what the session throws
 */
export async function* listPages<Page, Item>(
  session: Session,
  list: PagedList<Page, Item>,
  signal: AbortSignal,
): AsyncGenerator<Item> {
  const { limits } = session;
  const asked = new Set<string>();
  let found = 0;
  for (let request: SessionRequest | undefined = list.first; request !== undefined; ) {
    asked.add(keyOf(request));
    const answer: Answer = await session.read(asJson(request), limits.pageBytes, signal);
    const page = parseAnswer(answer.response, answer.body, list.schema, MAX_VALUES);
    const items = list.items(page);
    found += items.length;
    if (found > limits.names) throw tooMany(request, `${limits.names} entries`);
    yield* items;
    request = list.next(page, answer, request);
    if (request !== undefined && asked.has(keyOf(request))) throw inCircle(request);
    if (asked.size >= limits.pages && request !== undefined) throw tooMany(request, `${limits.pages} pages`);
  }
}

const keyOf = ({ url, body = '' }: SessionRequest) => `${url.href}\n${body}`;

function asJson(request: SessionRequest): SessionRequest {
  return { ...request, headers: { accept: 'application/json', 'accept-encoding': 'gzip', ...request.headers } };
}

function tooMany({ url }: SessionRequest, what: string): AppError {
  return new AppError('limit-exceeded', `The list at ${redactUrl(url)} has more than ${what}.`);
}

function inCircle({ url, method }: SessionRequest): DistributionError {
  const message = `The list at ${redactUrl(url)} does not end: a page names one before it as the next.`;
  return new DistributionError('registry-error', message, { method, url: redactUrl(url) });
}
