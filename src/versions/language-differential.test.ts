import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { composer } from './composer.ts';
import { gem } from './gem.ts';
import { InvalidVersion, type VersionScheme } from './version-scheme.ts';

// Random pairs, one process for all of them: what RubyGems and Composer themselves say is right.

const PAIRS = 20_000;
const COMPOSER = '/usr/share/php/Composer/Semver/autoload.php'; // Debian: php-composer-semver

const RUBY_SCRIPT = `STDIN.each_line do |line|
  begin
    a, b = line.split.map { |text| Gem::Version.new(text) }
    puts a <=> b
  rescue ArgumentError
    puts "invalid"
  end
end`;

// Branches are versions to Composer; to us nobody can tell what is in them.
const PHP_SCRIPT = `require '${COMPOSER}';
$parser = new Composer\\Semver\\VersionParser();
while (($line = fgets(STDIN)) !== false) {
  try {
    [$a, $b] = array_map([$parser, 'normalize'], explode(' ', trim($line)));
    $branch = preg_match('/^dev-|9999999-dev/', $a) || preg_match('/^dev-|9999999-dev/', $b);
    echo $branch ? 'invalid' : version_compare($a, $b), "\\n";
  } catch (UnexpectedValueException $e) {
    echo "invalid\\n";
  }
}`;

const hasRuby = spawnSync('ruby', ['--version']).status === 0;
const hasComposer = existsSync(COMPOSER) && spawnSync('php', ['--version']).status === 0;
if (!hasRuby) console.warn('SKIPPED: ruby is not installed, so versions of gems are not compared with it');
if (!hasComposer)
  console.warn(
    'SKIPPED: php and php-composer-semver are not installed, so versions of Composer are not compared with them',
  );

// Composer drops these numbers, we refuse the version: nobody writes it.
const NUMBERED_STABLE = /stable[.-]?[0-9]/;

const part = fc.constantFrom('0', '1', '2', '10', '00', '01');
const dotted = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.'));
const join = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((texts) => texts.join(''));

test.skipIf(!hasRuby)('RubyGems agrees on versions of gems', () => {
  const mark = fc.constantFrom('.', '-', 'a', 'b', 'A', 'pre', 'rc', '.0', '.00', '1', '-1', '.a', '+');
  const version = join(
    dotted,
    fc.array(mark, { maxLength: 4 }).map((marks) => marks.join('')),
  );
  const pairs = fc.sample(fc.tuple(version, version), { seed: 3, numRuns: PAIRS });

  expect(order(gem, pairs)).toEqual(ask('ruby', ['-e', RUBY_SCRIPT], pairs));
});

test.skipIf(!hasComposer)('Composer agrees on its versions', () => {
  const release = fc.oneof(
    { weight: 5, arbitrary: dotted },
    fc.constantFrom(
      '2010-01-02',
      '20100102',
      '2010.01.02',
      '20100102-203040',
      '2010-01-02.5',
      '201001',
      '123456',
      '1.x',
    ),
  );
  const separator = fc.constantFrom('', '-', '.', '_', '--');
  const stability = fc.constantFrom('a', 'alpha', 'beta', 'b', 'RC', 'rc', 'p', 'pl', 'patch', 'stable', 'meh');
  const number = fc.constantFrom('', '1', '0', '.1', '-2', '1.2', '10', '2.1-3');
  const dev = fc.constantFrom('', '', '-dev', 'dev', '.dev', '+5', '+a.b', '-dev+1');
  const version = join(
    fc.constantFrom('', 'v', 'V', 'dev-'),
    release,
    separator,
    fc.oneof(fc.constant(''), join(stability, number)),
    dev,
  ).filter((text) => !NUMBERED_STABLE.test(text));
  const pairs = fc.sample(fc.tuple(version, version), { seed: 4, numRuns: PAIRS });

  expect(order(composer, pairs)).toEqual(ask('php', ['-r', PHP_SCRIPT], pairs));
});

type Pairs = readonly (readonly [string, string])[];

/** `a b order` of each pair, as a list of what differs would show it. */
function order(scheme: VersionScheme, pairs: Pairs): readonly string[] {
  return pairs.map(([a, b]) => `${a} ${b} ${compare(scheme, a, b)}`);
}

function compare(scheme: VersionScheme, a: string, b: string): string {
  try {
    return String(Math.sign(scheme.compare(a, b)) + 0);
  } catch (error) {
    if (error instanceof InvalidVersion) return 'invalid';
    throw error;
  }
}

function ask(command: string, args: readonly string[], pairs: Pairs): readonly string[] {
  const input = pairs.map(([a, b]) => `${a} ${b}\n`).join('');
  const { stdout } = spawnSync(command, args, { input, encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 });
  const answers = stdout.trim().split('\n');
  return pairs.map(([a, b], index) => `${a} ${b} ${answers[index] ?? 'no answer'}`);
}
