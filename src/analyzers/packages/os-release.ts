import type { Analyzer } from '../analyzer.ts';
import { linesOf } from '../stanzas.ts';

const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/;
const ESCAPED = /\\(.)/g;
// Shown to people: no escape sequences for their terminals.
const CONTROL = /\p{Cc}/gu;
const MAX_VALUE_LENGTH = 256;

/** Which operating system it is: https://www.freedesktop.org/software/systemd/man/latest/os-release.html */
export const osRelease: Analyzer = {
  name: 'os-release',
  version: 2,
  maxBytes: 1024 ** 2,
  wants: (path) => path === 'etc/os-release' || path === 'usr/lib/os-release',
  analyze(file, problem) {
    const values = new Map<string, string>();
    for (const line of linesOf(file.text())) {
      const [, key, value] = ASSIGNMENT.exec(line.trim()) ?? [];
      if (key !== undefined && value !== undefined)
        values.set(key, unquote(value).slice(0, MAX_VALUE_LENGTH).replace(CONTROL, '\ufffd'));
    }
    if (values.size === 0) {
      problem('no assignment in it');
      return [];
    }
    const get = (key: string) => values.get(key) ?? '';
    const name = get('PRETTY_NAME') || [get('NAME'), get('VERSION')].filter((part) => part !== '').join(' ') || 'Linux';
    return [{ kind: 'os', family: get('ID').toLowerCase() || 'linux', release: get('VERSION_ID'), name }];
  },
};

/** Shell quoting without expansion: quotes are left out, a backslash escapes except in single quotes. */
function unquote(value: string): string {
  const quote = value[0];
  if (quote !== '"' && quote !== "'") return value.replace(ESCAPED, '$1');
  const inner = value.slice(1, value.length > 1 && value.endsWith(quote) ? -1 : undefined);
  return quote === "'" ? inner : inner.replace(ESCAPED, '$1');
}
