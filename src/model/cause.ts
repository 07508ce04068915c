/**
 * Why something could not be known or done. Every failure that a user may see carries one; `causeTexts`
 * (cause-texts.ts) holds its reason and its solution.
 */
export const causes = [
  'address-forbidden',
  'advisories-missing',
  'advisories-stale',
  'authentication-failed',
  'blob-corrupt',
  'budget-spent',
  'canceled',
  'catalog-empty',
  'certificate-invalid',
  'connection-failed',
  'disk-full',
  'distribution-end-of-life',
  'distribution-not-covered',
  'distribution-unknown',
  'ecosystem-not-covered',
  'engine-failed',
  'engine-limit',
  'engine-timeout',
  'engine-unreachable',
  'file-unreadable',
  'image-not-found',
  'internal-error',
  'layer-corrupt',
  'limit-exceeded',
  'manifest-unsupported',
  'not-a-registry',
  'permission-denied',
  'proxy-refused',
  'proxy-unreachable',
  'rate-limited',
  'registry-error',
  'registry-slow',
  'rules-invalid',
  'scan-timeout',
  'package-unreadable',
  'version-undecided',
] as const;

export type Cause = (typeof causes)[number];
