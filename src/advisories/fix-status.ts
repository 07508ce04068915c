import type { FixStatus } from '../model/vulnerability.ts';

/** Of a package that a record lists only to say that it is not affected. */
export type StatedStatus = FixStatus | 'not-affected';

/**
 * The words of those who maintain packages, as they reach OSV records:
 * - Debian's `urgency` end-of-life, and the states of its tracker (no-dsa, postponed, ignored, undetermined):
 *   https://security-team.debian.org/security_tracker.html
 * - Ubuntu's states (needed, needs-triage, pending, deferred, ignored, DNE): https://git.launchpad.net/ubuntu-cve-tracker/tree/README
 * - Red Hat's `fix_state` (Affected, Will not fix, Fix deferred, Out of support scope, Under investigation, Not affected):
 *   https://access.redhat.com/articles/csaf-vex-guidelines
 * - those of VEX: https://github.com/openvex/spec
 */
const STATES: Readonly<Record<string, StatedStatus>> = {
  affected: 'unfixed',
  deferred: 'deferred',
  dne: 'not-affected',
  'end of life': 'end-of-life',
  'end of standard support': 'end-of-life',
  'fix deferred': 'deferred',
  fixed: 'fixed',
  ignored: 'will-not-fix',
  'known affected': 'unfixed',
  'known not affected': 'not-affected',
  needed: 'unfixed',
  'needs triage': 'under-investigation',
  'no dsa': 'deferred',
  'not affected': 'not-affected',
  open: 'unfixed',
  'out of support scope': 'end-of-life',
  pending: 'unfixed',
  postponed: 'deferred',
  'under investigation': 'under-investigation',
  undetermined: 'under-investigation',
  unfixed: 'unfixed',
  'will not fix': 'will-not-fix',
  'wont fix': 'will-not-fix',
};

/** Fields that hold such a word, in `ecosystem_specific` and `database_specific`; the first that says something counts. */
const FIELDS = ['fix_state', 'fix_status', 'status', 'state', 'urgency', 'availability'] as const;
const SEPARATORS = /[-_\s]+/g;
const APOSTROPHES = /['’]/g;
const MAX_WORD = 100;

/** What records say about a package that has no fix (or also where it has one); undefined when they say nothing known. */
export function statedStatus(...specifics: readonly unknown[]): StatedStatus | undefined {
  for (const specific of specifics) {
    if (typeof specific !== 'object' || specific === null) continue;
    for (const field of FIELDS) {
      const word: unknown = Reflect.get(specific, field);
      if (typeof word !== 'string' || word.length > MAX_WORD) continue;
      const plain = word.toLowerCase().replace(APOSTROPHES, '').replace(SEPARATORS, ' ').trim();
      if (Object.hasOwn(STATES, plain)) return STATES[plain];
    }
  }
  return undefined;
}
