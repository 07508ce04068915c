import { type KeyObject, verify } from 'node:crypto';

// Base64 of 4096-bit RSA is 684 characters; RSA keys end at 16384 bits in OpenSSL.
const SIGNATURE = /^[A-Za-z0-9+/]{1,2800}={0,2}$/;

/** Whether a base64 signature of these bytes is by the key: SHA-256 with ECDSA (DER) or RSA PKCS #1 v1.5, or Ed25519. */
export function verifyBytes(bytes: Uint8Array, signature: string, key: KeyObject): boolean {
  if (!SIGNATURE.test(signature)) return false;
  try {
    return verify(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', bytes, key, Buffer.from(signature, 'base64'));
  } catch {
    return false; // OpenSSL throws for some signatures that have no form at all
  }
}
