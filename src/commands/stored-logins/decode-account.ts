import { CommandFailure } from '../command-failure.ts';
import type { LoginEntry } from './read-login-file.ts';

export interface Account {
  readonly username: string;
  readonly password: string;
}

/** Docker pads what it keeps. */
const PADDING = /\0+$/;

/** The account of an entry; undefined for an empty one, which Docker leaves where a helper has it. @throws CommandFailure */
export function decodeAccount(entry: LoginEntry, key: string): Account | undefined {
  if (entry.identitytoken || entry.registrytoken) {
    throw new CommandFailure(`what it has for ${key} is an identity token, which is not supported`);
  }
  if (!entry.auth) {
    const { username, password } = entry;
    return username && password ? { username, password } : undefined;
  }
  const decoded = Buffer.from(entry.auth, 'base64').toString('utf8').replace(PADDING, '');
  const colon = decoded.indexOf(':');
  if (colon > 0 && colon < decoded.length - 1) {
    return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
  }
  throw new CommandFailure(`what it has for ${key} is not user:password in base64`);
}
