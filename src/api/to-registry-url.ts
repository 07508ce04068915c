import { errors } from './protocol/errors.ts';

/** The base URL of a registry as given by a person: http or https, `https://` when no scheme is given, no credentials, no trailing slash. */
export function toRegistryUrl(text: string): string {
  const refuse = (why: string, zh: string) => errors.invalidValue('Url', withoutCredentials(text), why, zh);
  const trimmed = text.trim();
  let url: URL;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`);
  } catch {
    throw refuse('it must read http(s)://host[:port]', '应为 http(s)://host[:port]');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refuse('its scheme must be http or https', '协议应为 http 或 https');
  if (url.username || url.password)
    throw refuse('give the credentials as Username and Password', '请使用 Username 与 Password 传递凭据');
  if (url.search || url.hash) throw refuse('it must not have a query or a fragment', '不应包含查询参数或片段');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

const withoutCredentials = (text: string) => text.replace(/\/\/[^/]*@/, '//');
