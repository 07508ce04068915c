import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { versionSchemes } from './index.ts';
import { InvalidVersion } from './version-scheme.ts';

const number = fc.oneof(
  fc.nat({ max: 12 }).map(String),
  fc.constantFrom('0', '00', '01', '09', '010', '20240102', '99999999999999999999'),
);
const small = fc.nat({ max: 20 }).map(String);
const optional = (part: fc.Arbitrary<string>) => fc.option(part, { nil: '' });
const concat = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((texts) => texts.join(''));
const dotted = (part: fc.Arbitrary<string>, most = 4) =>
  fc.array(part, { minLength: 1, maxLength: most }).map((parts) => parts.join('.'));

const TRAILING_HYPHENS = /-+$/; // they would begin an empty revision

/** Valid versions that often share a beginning, where the rules bite. */
const versionsOf: Readonly<Record<string, fc.Arbitrary<string>>> = {
  deb: concat(
    optional(fc.constantFrom('0:', '1:', '2:')),
    number,
    fc.string({ unit: fc.constantFrom('0', '1', '9', 'a', 'Z', '.', '+', '~', '-'), maxLength: 6 }),
    optional(concat(fc.constant('-'), number, optional(fc.constantFrom('~bpo12+1', '+deb12u1', '+b2', '.1')))),
  ).map((version) => version.replace(TRAILING_HYPHENS, '')),
  apk: concat(
    dotted(number),
    optional(concat(fc.constantFrom('a', 'b', 'p', 'z'), optional(small))),
    fc
      .array(
        concat(fc.constantFrom('_alpha', '_beta', '_pre', '_rc', '_cvs', '_svn', '_git', '_hg', '_p'), optional(small)),
        { maxLength: 2 },
      )
      .map((parts) => parts.join('')),
    optional(fc.constantFrom('~abc', '~abd', '~12')),
    optional(concat(fc.constant('-r'), small)),
  ),
  rpm: concat(
    optional(fc.constantFrom('0:', '1:', '02:')),
    number,
    fc.string({ unit: fc.constantFrom('0', '1', '9', 'a', 'Z', '.', '+', '~', '^', '_'), maxLength: 6 }),
    optional(concat(fc.constant('-'), number, optional(fc.constantFrom('.el8', '.el8_10', '.fc41', '^git1', '~rc1')))),
  ),
  golang: concat(
    optional(fc.constantFrom('v', 'go')),
    dotted(small, 3),
    optional(fc.constantFrom('rc1', 'beta2', '-0', '-0.20191109021931-daa7c04131f5', '-rc.1', '-pre')),
    optional(fc.constantFrom('+incompatible', '+dirty')),
  ),
  maven: concat(
    dotted(small, 3),
    optional(fc.constantFrom('-alpha-1', '-beta2', '-rc1', '-SNAPSHOT', '.Final', '-jre', '-sp1', '-1')),
  ),
  semver: concat(
    fc.array(small, { minLength: 3, maxLength: 3 }).map((parts) => parts.join('.')),
    optional(concat(fc.constant('-'), dotted(fc.constantFrom('alpha', 'beta', '0', '2', '11'), 3))),
    optional(fc.constantFrom('+1', '+build.5')),
  ),
  pep440: concat(
    optional(fc.constantFrom('0!', '1!')),
    dotted(small),
    optional(concat(fc.constantFrom('a', 'b', 'rc', '-alpha'), optional(small))),
    optional(concat(fc.constantFrom('.post', '-'), small)),
    optional(concat(fc.constant('.dev'), optional(small))),
    optional(concat(fc.constant('+'), dotted(fc.constantFrom('abc', 'ubuntu', '1', '10'), 3))),
  ),
  gem: concat(
    dotted(number),
    optional(concat(fc.constantFrom('.', '-'), dotted(fc.constantFrom('a', 'b1', 'B', 'rc', '0', '00', '2', '11'), 4))),
  ),
  composer: concat(
    optional(fc.constant('v')),
    fc.oneof({ weight: 4, arbitrary: dotted(small) }, fc.constantFrom('20100102', '2010-01-02', '2010-01-02.5')),
    optional(concat(fc.constantFrom('-', '', '.'), fc.constantFrom('a', 'beta', 'RC', 'p', 'patch'), optional(small))),
    optional(fc.constantFrom('-dev', 'dev')),
    optional(fc.constantFrom('+1', '+build.5')),
  ),
  nuget: concat(
    dotted(small),
    optional(
      concat(fc.constant('-'), dotted(fc.constantFrom('alpha', 'Beta', '0', '01', '2', '11', '99999999999'), 3)),
    ),
    optional(fc.constantFrom('+1', '+build.5')),
  ),
};

describe.for(versionSchemes)('$name', (scheme) => {
  const versions = versionsOf[scheme.name] ?? fc.constant('');

  test('every version equals itself', () => {
    fc.assert(fc.property(versions, (a) => scheme.compare(a, a) === 0));
  });

  test('swapping the sides swaps the sign', () => {
    fc.assert(
      fc.property(versions, versions, (a, b) => Math.sign(scheme.compare(a, b)) === -Math.sign(scheme.compare(b, a))),
    );
  });

  test('the order is transitive', () => {
    fc.assert(
      fc.property(versions, versions, versions, (...three) => {
        const [a, b, c] = three.sort(scheme.compare);
        expect(scheme.compare(a, b)).toBeLessThanOrEqual(0);
        expect(scheme.compare(b, c)).toBeLessThanOrEqual(0);
        expect(scheme.compare(a, c)).toBeLessThanOrEqual(0);
        if (scheme.compare(a, b) === 0) expect(Math.sign(scheme.compare(a, c))).toBe(Math.sign(scheme.compare(b, c)));
      }),
      { numRuns: 1000 },
    );
  });

  test('any text either compares or is an InvalidVersion', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 50 }),
      fc.string({ unit: fc.constantFrom(...'01.-_~+:ar'), maxLength: 30 }),
    );
    fc.assert(
      fc.property(text, text, (a, b) => {
        try {
          return Number.isFinite(scheme.compare(a, b));
        } catch (error) {
          return error instanceof InvalidVersion;
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('a hostile version of a megabyte is refused, not chewed on', () => {
    for (const unit of ['1', '1.', '1-', '~', 'a', '_p', '_p1', '0', '1a', '1^', '.dev']) {
      expect(() => scheme.compare(unit.repeat(1_000_000), '1.0.0')).toThrow(InvalidVersion);
    }
  });
});
