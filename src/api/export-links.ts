import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Export } from '../store/export-store.ts';
import { exportFileName } from './export-names.ts';

/** Links to files of exports that need no API key: whoever has one may fetch that file until it expires. */
export interface ExportLinks {
  /** `<baseUrl>/exports/<id>/<file name>?expires=<unix seconds>&signature=<hex>` */
  url(baseUrl: string, entry: Export): string;
  /** Whether a link was made here for this id and this time; says nothing about whether the time is over. */
  verify(id: string, expires: string, signature: string): boolean;
}

const KEY_BYTES = 32;
const SIGNATURE = /^[\da-f]{64}$/;

/** Signs with HMAC-SHA256 under a key of its own, derived from the master key (HKDF, RFC 5869). */
export function createExportLinks(masterKey: Uint8Array): ExportLinks {
  const key = Buffer.from(hkdfSync('sha256', masterKey, '', 'plimsoll export links v1', KEY_BYTES));
  const sign = (id: string, expires: string) => createHmac('sha256', key).update(`${id}\n${expires}`).digest();
  return {
    url: (baseUrl, entry) => {
      const expires = String(Math.floor(entry.expiresAt.getTime() / 1000));
      const signature = sign(String(entry.id), expires).toString('hex');
      return `${baseUrl}/exports/${entry.id}/${exportFileName(entry)}?expires=${expires}&signature=${signature}`;
    },
    verify: (id, expires, signature) =>
      SIGNATURE.test(signature) && timingSafeEqual(Buffer.from(signature, 'hex'), sign(id, expires)),
  };
}
