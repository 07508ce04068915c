import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { versionSchemes } from '../versions/index.ts';
import { sameNumbers } from './same-numbers.ts';

test.each([
  ['01.10.0-rc2', '1.10.2', true],
  ['1.0+5.6', '1', true],
  ['0', '', true],
  ['2:1.05~rc010', '2.1.5.10', true],
  ['10', '1', false],
  ['1.2', '12', false],
  ['1', '1.1', false],
])('%j and %j have the same numbers: %j', (one, other, same) => {
  expect(sameNumbers(one, other, { name: 'semver' })).toBe(same);
  expect(sameNumbers(other, one, { name: 'semver' })).toBe(same);
});

test('a plus that separates like others ends nothing', () => {
  expect(sameNumbers('1+2', '1.2', { name: 'rpm' })).toBe(true);
  expect(sameNumbers('1+2', '1.2', { name: 'semver' })).toBe(false);
});

test('it is what comparing lists of numbers says', () => {
  const numbers = (text: string) =>
    text
      .split('+', 1)[0]
      ?.match(/[1-9][0-9]*/g)
      ?.join('.') ?? '';
  const text = fc.string({ unit: fc.constantFrom('0', '1', '2', '.', 'a', '+'), maxLength: 8 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(sameNumbers(a, b, { name: 'semver' })).toBe(numbers(a) === numbers(b));
    }),
    { numRuns: 20_000 },
  );
});

describe.for(versionSchemes)('$name', (scheme) => {
  test('equal versions have the same numbers', () => {
    const part = fc.constantFrom(
      '0',
      '00',
      '1',
      '01',
      '.0',
      '.1',
      '.01',
      '-0',
      '-1',
      '-r0',
      '-r1',
      '-r01',
      'v',
      '0:',
      '0!',
    );
    const mark = fc.constantFrom(
      'a',
      'a0',
      'rc1',
      'c1',
      '.post',
      '.post0',
      '_p',
      '_p0',
      '.dev',
      '+',
      '+1',
      '+a',
      '-a.1',
      '~',
    );
    const version = fc.array(fc.oneof({ weight: 3, arbitrary: part }, mark), { minLength: 1, maxLength: 5 });
    let equal = 0;
    fc.assert(
      fc.property(version, part, fc.nat({ max: 5 }), fc.nat({ max: 1 }), (one, more, at, less) => {
        const [a, b] = [one.join(''), one.toSpliced(at, less, more).join('')]; // two at random are seldom equal
        try {
          if (scheme.compare(a, b) !== 0) return;
        } catch {
          return; // no version
        }
        equal++;
        expect(sameNumbers(a, b, scheme)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
    expect(equal, 'versions that were equal, or nothing was proved').toBeGreaterThan(0);
  });
});
