import { z } from 'zod';
import { AppError } from '../../model/app-error.ts';
import { DistributionError } from './distribution-error.ts';
import type { Answer, Session } from './open-session.ts';
import { parseNextLink } from './parse-link.ts';
import { parseAnswer } from './read-body.ts';
import { redactUrl } from './redact-url.ts';

// Pages without a link that hold a multiple of this many names may have been cut by the server's own page size.
const ROUND = 50;

/** The list in a page. One check for all of it: a schema per name would tell what is wrong with each of a million. */
export const Names = z
  .custom<readonly string[]>(
    (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
    'expected a list of names',
  )
  .nullish()
  // docker-registry answers null for a repository whose last tag was deleted.
  .transform((names) => names ?? []);

/** One paged list of names of the distribution API. */
export interface Listing {
  /** Path under the registry's base, without query. */
  readonly path: string;
  readonly scope: string;
  /** Reads the names out of a page. */
  readonly schema: z.ZodType<readonly string[]>;
}

/**
 * Yields every name once, page by page, as servers really page: by Link header (relative, absolute, encoded), else by
 * `last` when a page came back full, or so round that it may be. A page that brings nothing new ends the list, so
 * that servers which ignore `n` and `last` do not loop for ever.
 * @throws AppError `limit-exceeded` and what the session throws
 */
export async function* listNames(session: Session, listing: Listing, signal: AbortSignal): AsyncGenerator<string> {
  const { limits } = session;
  const seen = new Set<string>();
  const visited = new Set<string>();
  let url: URL | undefined = firstPage(session, listing, limits.pageSize);
  let characters = 0;
  let linked = false;
  for (let pages = 1; url !== undefined; pages += 1) {
    if (pages > limits.pages) throw tooMany(url, `${limits.pages} pages`);
    visited.add(url.href);
    const answer = await readPage(session, listing, url, pages === 1, signal);
    const names = parseAnswer(answer.response, answer.body, listing.schema, 2 * limits.names);
    const fresh = new Set(names.filter((name) => !seen.has(name)));
    if (names.length > 0 && fresh.size === 0) return;
    for (const name of fresh) {
      seen.add(name);
      characters += name.length;
    }
    if (seen.size > limits.names) throw tooMany(url, `${limits.names} names`);
    if (characters > limits.nameCharacters) throw tooMany(url, `${limits.nameCharacters} characters of names`);
    yield* fresh;
    const link = parseNextLink(answer.response.header('link') ?? '');
    linked ||= link !== undefined;
    url = link === undefined ? unlinkedPage(url, linked, names, limits.pageSize) : followLink(link, url);
    if (url !== undefined && visited.has(url.href)) return;
  }
}

function firstPage(session: Session, listing: Listing, pageSize: number): URL {
  const url = session.url(listing.path);
  url.searchParams.set('n', String(pageSize));
  return url;
}

async function readPage(
  session: Session,
  listing: Listing,
  url: URL,
  isFirst: boolean,
  signal: AbortSignal,
): Promise<Answer> {
  const ask = (target: URL) =>
    session.read(
      {
        method: 'GET',
        url: target,
        scope: listing.scope,
        headers: { accept: 'application/json', 'accept-encoding': 'gzip' },
      },
      session.limits.pageBytes,
      signal,
    );
  try {
    return await ask(url);
  } catch (error) {
    // A registry may be set to smaller pages than ours; without n it uses its own size. Not all of them say
    // PAGINATION_NUMBER_INVALID, and n is all that can be wrong with a first page.
    if (!(error instanceof DistributionError) || error.status !== 400 || !isFirst) throw error;
    return ask(session.url(listing.path));
  }
}

/** A server that has linked pages ends its list without a link; one that has not may need to be asked for more. */
function unlinkedPage(current: URL, linked: boolean, names: readonly string[], pageSize: number): URL | undefined {
  if (linked) return undefined;
  const last = names.at(-1);
  const mayBeCut = names.length === pageSize || (names.length < pageSize && names.length % ROUND === 0);
  if (!mayBeCut || last === undefined) return undefined;
  const next = new URL(current);
  next.searchParams.set('last', last);
  return next;
}

/** Only path and query of a link count: behind a proxy its scheme is often wrong, and a lost path prefix is put back. */
function followLink(link: string, current: URL): URL {
  const target = URL.parse(link, current.href);
  if (target === null || target.hostname !== current.hostname) {
    const message = `The list at ${redactUrl(current)} continues on another host, which is not followed.`;
    throw new DistributionError('registry-error', message, { method: 'GET', url: redactUrl(current) });
  }
  const next = new URL(current);
  next.pathname = current.pathname.endsWith(target.pathname) ? current.pathname : target.pathname;
  next.search = target.search;
  return next;
}

function tooMany(url: URL, what: string): AppError {
  return new AppError('limit-exceeded', `The list at ${redactUrl(url)} has more than ${what}.`);
}
