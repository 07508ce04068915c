import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { versionSchemes } from '../versions/index.ts';
import { numbersOf } from './numbers-of.ts';

test.each([
  ['01.10.0-rc2', '1.10.2'],
  ['1.0+5.6', '1'],
  ['0', ''],
  ['', ''],
  ['2:1.05~rc010', '2.1.5.10'],
])('the numbers of %j are %j', (version, numbers) => {
  expect(numbersOf(version, { name: 'semver' })).toBe(numbers);
});

test('a plus that separates like others ends nothing', () => {
  expect(numbersOf('1+2', { name: 'rpm' })).toBe(numbersOf('1.2', { name: 'rpm' }));
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
        expect(numbersOf(a, scheme)).toBe(numbersOf(b, scheme));
      }),
      { numRuns: 2_000 },
    );
    expect(equal, 'versions that were equal, or nothing was proved').toBeGreaterThan(0);
  });
});
