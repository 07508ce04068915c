import type { Answer, SessionRequest } from '../distribution/open-session.ts';
import { parseNextLink } from '../distribution/parse-link.ts';

/**
 * The page after a full one, of a list that is paged by `page`, counted from 1. Where there is a Link header it says whether
 * there is one more, which saves the last, empty page; where the link leads does not matter: behind a proxy it is often wrong.
 */
export function nextByNumber(answer: Answer, asked: SessionRequest, count: number, pageSize: number) {
  const link = answer.response.header('link');
  const more = link === undefined ? count >= pageSize : parseNextLink(link) !== undefined && count > 0;
  if (!more) return undefined;
  const url = new URL(asked.url);
  url.searchParams.set('page', String(Number(url.searchParams.get('page') ?? '1') + 1));
  return { ...asked, url };
}
