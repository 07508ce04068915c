import { AppError } from '../../model/app-error.ts';

const API_SUFFIX = /(?:\/v2)?\/{0,8}$/;

/**
 * People paste `https://host/`, `https://host/v2/`, or with a path in front of /v2.
 * @throws AppError `connection-failed` when it is no URL
 */
export function baseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new AppError(
      'connection-failed',
      'The address of the registry is not of the form http(s)://host[:port][/path].',
    );
  }
  url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  url.pathname = `${url.pathname.replace(API_SUFFIX, '')}/`;
  return url;
}
