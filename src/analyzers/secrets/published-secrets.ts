import { secretFingerprint } from './secret-fingerprint.ts';

/**
 * What standards, manuals and self-tests print, and no image keeps secret, as `publishedFingerprint` writes it. Those that
 * say "example" are placeholders by their shape; see is-placeholder.ts.
 */
export const publishedFingerprints: readonly string[] = [
  // self-tests in the library of GnuTLS
  'e8c5cf322787814a',
  '8d9cbb2abf72fc16',
  '3612ef220061c891',
  'd9b124a1c572e361',
  '7cd4d842be9d174f',
  'e9f9463412db0896',
  '369c8d90e8701377',
  'df7f57432700ce30',
  '6901f6b1523c6645',
  '8bc935c126562868',
  // help of kubectl config set-credentials
  'c19396dd34c0b4ec',
  // RFC 6749
  '6f08f024f0acc454',
  '4e750cf9f714110b',
  '658fff825d1816d5',
];
const known = new Set(publishedFingerprints);
/** Keys in JSON are written otherwise than in a file of their own. */
const LINE_ENDS = /\s|\\{1,2}[rn]/g;

export const publishedFingerprint = (secret: string): string => secretFingerprint('', secret.replaceAll(LINE_ENDS, ''));

export const isPublished = (secret: string): boolean => known.has(publishedFingerprint(secret));
