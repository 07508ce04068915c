import { errors } from './protocol/errors.ts';

/** The base URL of a registry as given by a person: http or https, `https://` when no scheme is given, no credentials, no trailing slash. */
export function toRegistryUrl(text: string): string {
  const refuse = (why: string, zh: string) => errors.invalidValue('Url', withoutCredentials(text), why, zh);
  const trimmed = text.trim();
  if (AMBIGUOUS.test(trimmed)) throw refuse('it must read http(s)://host[:port]', '应为 http(s)://host[:port]');
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
  if (url.pathname.includes('@')) throw refuse('its path must not contain @', '路径不应包含 @');
  if (url.search || url.hash) throw refuse('it must not have a query or a fragment', '不应包含查询参数或片段');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** What URL parsers read differently: a backslash as a slash, blanks and control characters as nothing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const AMBIGUOUS = /[\\\s\u0000-\u001f]/;
const CREDENTIALS = /^([a-z][a-z0-9+.-]*:[/\\]*)?.*@/is;

const withoutCredentials = (text: string) => text.trim().replace(CREDENTIALS, '$1');
