import { expect, test } from 'vitest';
import { statedStatus } from './fix-status.ts';

test.for<[object | null | undefined, string | undefined]>([
  [{ urgency: 'end-of-life' }, 'end-of-life'],
  [{ urgency: 'unimportant' }, undefined],
  [{ fix_state: 'Will not fix' }, 'will-not-fix'],
  [{ fix_state: 'Out of support scope' }, 'end-of-life'],
  [{ fix_state: 'Fix deferred' }, 'deferred'],
  [{ status: 'no-dsa' }, 'deferred'],
  [{ status: 'needs-triage' }, 'under-investigation'],
  [{ status: 'under_investigation' }, 'under-investigation'],
  [{ state: 'not-affected' }, 'not-affected'],
  [{ availability: 'No subscription required' }, undefined],
  [{ status: 12 }, undefined],
  [{ status: 'x'.repeat(1_000_000) }, undefined],
  [{ status: '__proto__' }, undefined],
  [null, undefined],
  [undefined, undefined],
])('%o says %s', ([specific, expected]) => {
  expect(statedStatus(specific)).toBe(expected);
});

test('the first that says something counts', () => {
  expect(statedStatus({ urgency: 'low' }, { status: 'ignored' })).toBe('will-not-fix');
});
