import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from '../model/app-error.ts';

/** Keeps secrets unreadable at rest. */
export interface Vault {
  seal(text: string): string;
  /** Throws when the text was sealed with another key or altered. */
  open(sealed: string): string;
}

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM (NIST SP 800-38D): `v1:` and base64 of iv, tag, ciphertext. `key` is 32 bytes. */
export function createVault(key: Uint8Array): Vault {
  if (key.byteLength !== KEY_BYTES)
    throw new AppError('internal-error', `the master key must be 32 bytes, it has ${key.byteLength}`);
  return {
    seal(text) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return `v1:${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64')}`;
    },
    open(sealed) {
      const bytes = Buffer.from(sealed.replace(/^v1:/, ''), 'base64');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES));
        decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
        return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString(
          'utf8',
        );
      } catch (cause) {
        throw new AppError(
          'internal-error',
          'a stored secret cannot be read: PLIMSOLL_MASTER_KEY is not the key it was stored with',
          {
            cause,
          },
        );
      }
    },
  };
}
