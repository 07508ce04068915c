import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deb } from './deb.ts';
import { pep440 } from './pep440.ts';
import { InvalidVersion, type VersionScheme } from './version-scheme.ts';

// Random pairs, one process each for thousands of them: what the real tool says is right.

const PAIRS = 3000;

const DPKG_SCRIPT = `while read -r a b; do
if dpkg --compare-versions "$a" lt "$b" 2>/dev/null; then echo -1
elif dpkg --compare-versions "$a" gt "$b" 2>/dev/null; then echo 1
elif dpkg --compare-versions "$a" eq "$b" 2>/dev/null; then echo 0
else echo invalid; fi; done`;

const PYTHON_SCRIPT = `import sys
from packaging.version import Version, InvalidVersion
for line in sys.stdin:
    try:
        a, b = map(Version, line.split())
        print((a > b) - (a < b))
    except InvalidVersion:
        print("invalid")`;

const hasDpkg = spawnSync('dpkg', ['--version']).status === 0;
const hasPackaging = spawnSync('python3', ['-c', 'import packaging']).status === 0;
if (!hasDpkg) console.warn('SKIPPED: dpkg is not installed, so Debian versions are not compared with it');
if (!hasPackaging)
  console.warn('SKIPPED: python3-packaging is not installed, so Python versions are not compared with it');

const text = (units: readonly string[], maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...units), minLength: 1, maxLength });

test.skipIf(!hasDpkg)('dpkg agrees on Debian versions', { timeout: 120_000 }, () => {
  const version = fc
    .tuple(
      fc.constantFrom('', '', '0:', '1:', '02:'),
      fc.constantFrom('0', '1', '10'),
      text(['0', '1', '9', 'a', 'Z', '.', '+', '~', '-', '-1', '-0'], 7),
    )
    .map((parts) => parts.join(''));
  const pairs = fc.sample(fc.tuple(version, version), { seed: 1, numRuns: PAIRS / 10 });

  expect(pairs.map(([a, b]) => [a, b, order(deb, a, b)])).toEqual(ask('sh', ['-c', DPKG_SCRIPT], pairs));
});

test.skipIf(!hasPackaging)('the packaging library agrees on Python versions', () => {
  const version = fc
    .tuple(
      fc.constantFrom('', '', 'v', '1!'),
      fc.array(fc.nat({ max: 11 }).map(String), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.')),
      fc.constantFrom('', '', 'a1', 'b2', 'rc1', '-alpha', '.c3'),
      fc.constantFrom('', '', '.post1', '-2', 'rev3', '.post'),
      fc.constantFrom('', '', '.dev1', 'dev', '.dev02'),
      fc.constantFrom('', '', '', '+1', '+10', '+abc', '+abc.1', '+1.abc', '+', '?'),
    )
    .map((parts) => parts.join(''));
  const pairs = fc.sample(fc.tuple(version, version), { seed: 2, numRuns: PAIRS });

  expect(pairs.map(([a, b]) => [a, b, order(pep440, a, b)])).toEqual(ask('python3', ['-c', PYTHON_SCRIPT], pairs));
});

function order(scheme: VersionScheme, a: string, b: string): string {
  try {
    return String(Math.sign(scheme.compare(a, b)) + 0);
  } catch (error) {
    if (error instanceof InvalidVersion) return 'invalid';
    throw error;
  }
}

function ask(
  command: string,
  args: readonly string[],
  pairs: readonly (readonly [string, string])[],
): readonly (readonly string[])[] {
  const input = pairs.map(([a, b]) => `${a} ${b}\n`).join('');
  const answers = spawnSync(command, args, { input, encoding: 'utf8' }).stdout.trim().split('\n');
  return pairs.map(([a, b], index) => [a, b, answers[index] ?? 'no answer']);
}
