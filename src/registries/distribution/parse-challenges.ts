/** One way to sign in, as a `WWW-Authenticate` header offers it. */
export interface Challenge {
  /** Lower case: `basic`, `bearer`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const MAX_HEADER = 16_384;
const MAX_CHALLENGES = 16;
const SEPARATORS = /[\s,]*/y;
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const EQUALS = /[ \t]*=[ \t]*/y;
const TOKEN68 = /[ \t]+[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
const BARE = /[^\s,"]+/y;
const ESCAPE = /\\(.)/g;

/**
 * Reads a `WWW-Authenticate` header with one or several challenges: https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 * What follows the first thing that is not in the grammar is ignored.
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  const text = header.slice(0, MAX_HEADER);
  let position = 0;

  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = position;
    const match = pattern.exec(text) ?? undefined;
    if (match !== undefined) position = pattern.lastIndex;
    return match;
  };

  while (challenges.length <= MAX_CHALLENGES) {
    take(SEPARATORS);
    const name = take(TOKEN)?.[0].toLowerCase();
    if (name === undefined) break;
    const current = challenges.at(-1);
    if (take(EQUALS) === undefined) {
      // A name without "=" opens the next challenge; it may carry a bare token68 instead of parameters.
      challenges.push({ scheme: name, parameters: new Map() });
      take(TOKEN68);
      continue;
    }
    const value = take(QUOTED)?.[1]?.replace(ESCAPE, '$1') ?? take(BARE)?.[0];
    if (value === undefined || current === undefined) break;
    // The first one counts, so that an injected second realm changes nothing.
    if (!current.parameters.has(name)) current.parameters.set(name, value);
  }
  return challenges.slice(0, MAX_CHALLENGES);
}
