import type { FixStatus } from '../model/vulnerability.ts';

/** What people read where there is no fixed version. */
export const fixWords: Readonly<Record<FixStatus, string>> = {
  fixed: 'fixed',
  unfixed: 'no fix yet',
  'will-not-fix': 'will not fix',
  deferred: 'deferred',
  'end-of-life': 'end of life',
  'under-investigation': 'being looked at',
};
