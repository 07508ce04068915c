import { createPrivateKey, sign } from 'node:crypto';
import { AppError } from '../../model/app-error.ts';
import type { GoogleKey } from './parse-google-key.ts';

// What may only read: the API of Artifact Registry, and what is pulled.
const SCOPES = [
  'https://www.googleapis.com/auth/cloud-platform.read-only',
  'https://www.googleapis.com/auth/devstorage.read_only',
];
const LIFETIME_SECONDS = 3_600;

/**
 * A claim that is exchanged for an access token: https://developers.google.com/identity/protocols/oauth2/service-account
 * @param now milliseconds since 1970
 * @throws AppError `authentication-failed` when the private key cannot be read
 */
export function signGoogleClaim(key: GoogleKey, now: number): string {
  const iat = Math.floor(now / 1_000);
  const header = { alg: 'RS256', typ: 'JWT', ...(key.keyId === undefined ? {} : { kid: key.keyId }) };
  const claims = {
    iss: key.email,
    scope: SCOPES.join(' '),
    aud: key.tokenUrl.href,
    iat,
    exp: iat + LIFETIME_SECONDS,
  };
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), readKey(key)).toString('base64url')}`;
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

function readKey({ email, privateKey }: GoogleKey) {
  try {
    const key = createPrivateKey(privateKey);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // What OpenSSL says of it could repeat the key.
  }
  const message = `The private key of ${email} cannot be read. Make a new key of the service account and set its JSON, whole, as the password.`;
  throw new AppError('authentication-failed', message);
}
