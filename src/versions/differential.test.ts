import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deb } from './deb.ts';
import { pep440 } from './pep440.ts';
import { rpm } from './rpm.ts';
import { InvalidVersion, type VersionScheme } from './version-scheme.ts';

// Random pairs, one process each for thousands of them: what the real tool says is right.

const PAIRS = 3000;
const MANY_PAIRS = 20_000;

const DPKG_SCRIPT = `while read -r a b; do
if dpkg --compare-versions "$a" lt "$b" 2>/dev/null; then echo -1
elif dpkg --compare-versions "$a" gt "$b" 2>/dev/null; then echo 1
elif dpkg --compare-versions "$a" eq "$b" 2>/dev/null; then echo 0
else echo invalid; fi; done`;

// rpm orders whole `[epoch:]version[-release]` texts.
const RPM_SCRIPT = `%{lua:
for line in io.lines() do
  local a, b = line:match("(%S+) (%S+)")
  print(rpm.vercmp(a, b) .. "\\n")
end}`;

const PYTHON_SCRIPT = `import sys
from packaging.version import Version, InvalidVersion
for line in sys.stdin:
    try:
        a, b = map(Version, line.split())
        print((a > b) - (a < b))
    except InvalidVersion:
        print("invalid")`;

const hasDpkg = spawnSync('dpkg', ['--version']).status === 0;
const hasLibrary = spawnSync('sh', ['-c', 'command -v cc && test -n "$(ls /usr/lib/*/libdpkg.a)"']).status === 0;
const hasRpm = spawnSync('rpm', ['--version']).status === 0;
const hasPackaging = spawnSync('python3', ['-c', 'import packaging']).status === 0;
if (!hasDpkg) console.warn('SKIPPED: dpkg is not installed, so Debian versions are not compared with it');
if (!hasLibrary)
  console.warn(
    "SKIPPED: cc or dpkg's library (libdpkg-dev) is not installed, so few Debian versions are compared with it",
  );
if (!hasRpm) console.warn('SKIPPED: rpm is not installed, so its versions are not compared with it');
if (!hasPackaging)
  console.warn('SKIPPED: python3-packaging is not installed, so Python versions are not compared with it');

const text = (units: readonly string[], maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...units), minLength: 1, maxLength });

const debianVersion = fc
  .tuple(
    fc.constantFrom('', '', '0:', '1:', '02:'),
    fc.constantFrom('0', '1', '10'),
    text(['0', '1', '9', 'a', 'Z', '.', '+', '~', '-', '-1', '-0'], 7),
  )
  .map((parts) => parts.join(''));

test.skipIf(!hasDpkg)('dpkg agrees on Debian versions', { timeout: 120_000 }, () => {
  const pairs = fc.sample(fc.tuple(debianVersion, debianVersion), { seed: 1, numRuns: hasLibrary ? 60 : 300 });

  expect(pairs.map(([a, b]) => [a, b, order(deb, a, b)])).toEqual(ask('sh', ['-c', DPKG_SCRIPT], pairs));
});

// The command needs a process or three for a pair, which takes minutes; what it calls does all of them in one.
test.skipIf(!hasLibrary)("dpkg's own library agrees on many more", { timeout: 60_000 }, () => {
  const pairs = fc.sample(fc.tuple(debianVersion, debianVersion), { seed: 3, numRuns: MANY_PAIRS });
  const folder = mkdtempSync(join(tmpdir(), 'dpkg-'));
  const program = join(folder, 'compare');
  const source = join(import.meta.dirname, '../../test/support/compare-dpkg-versions.c');
  const compiled = spawnSync('cc', ['-DLIBDPKG_VOLATILE_API', '-o', program, source, '-ldpkg', '-lmd'], {
    encoding: 'utf8',
  });

  const answers = ask(program, [], pairs);
  rmSync(folder, { recursive: true });

  expect(compiled.stderr).toBe('');
  expect(answers.filter(([, , answer]) => answer === 'invalid').length).toBeLessThan(MANY_PAIRS / 2);
  expect(pairs.map(([a, b]) => [a, b, order(deb, a, b)])).toEqual(answers);
});

test.skipIf(!hasRpm)('rpm agrees on its versions', { timeout: 60_000 }, () => {
  const part = text(['0', '1', '01', '9', '10', 'a', 'b', 'Z', '.', '_', '+', '~', '^'], 7);
  const version = fc
    .tuple(
      fc.constantFrom('', '', '', '0:', '1:', '02:'),
      part,
      fc.option(fc.tuple(part, fc.constantFrom('', '.el8', '.el8_4')), { nil: undefined }),
    )
    .map(([epoch, first, release]) => epoch + first + (release ? `-${release.join('')}` : ''));
  const readable = version.filter((each) => order(rpm, each, each) !== 'invalid');
  const pairs = fc.sample(fc.tuple(readable, readable), { seed: 4, numRuns: MANY_PAIRS });

  expect(pairs.map(([a, b]) => [a, b, order(rpm, a, b)])).toEqual(ask('rpm', ['--eval', RPM_SCRIPT], pairs));
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
