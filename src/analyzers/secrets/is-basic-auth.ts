import { isPassword } from './is-password.ts';

const PRINTABLE = /^[\x20-\x7e]{1,64}:[\x20-\x7e]{3,512}$/;
/** RFC 2617 and RFC 7617 print this one. */
const PUBLISHED = 'Aladdin:open sesame';

/** Whether it is base64 of a user, a colon and a password. */
export function isBasicAuth(base64: string): boolean {
  const text = Buffer.from(base64, 'base64').toString('latin1');
  return PRINTABLE.test(text) && text !== PUBLISHED && isPassword(text.slice(text.indexOf(':') + 1));
}
