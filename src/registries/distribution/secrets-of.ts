import { basicAuthorization, type Credentials } from './fetch-token.ts';

// A shorter secret would blot out ordinary words of a registry's message.
const MIN_REDACTED = 4;

/** What of credentials must appear in no message, in each spelling that a registry may echo. */
export function secretsOf(credentials: Credentials): readonly string[] {
  const { password, identityToken = '' } = credentials;
  return [password, identityToken, basicAuthorization(credentials).slice('Basic '.length)].filter(isSecret);
}

/** Long enough to be looked for. */
export function isSecret(text: string): boolean {
  return text.length >= MIN_REDACTED;
}
