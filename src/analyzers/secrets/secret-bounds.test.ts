import { expect, test } from 'vitest';
import { seededRandom } from '../../../bench/seeded-random.ts';
import { regExpCost } from '../../../test/support/regexp-cost.ts';
import { createSecretFinder } from './create-secret-finder.ts';
import { secretFamilies } from './rules/index.ts';
import { createSampleRandom } from './sample-random.ts';
import type { SecretRule } from './secret-rule.ts';

const rules: readonly SecretRule[] = secretFamilies.flat();
/** Of one keyword in the content; an engine takes a few nanoseconds for each. */
const MOST_STEPS = 2_000_000;
const MIB = 1024 ** 2;

test.for(rules)('$id: a try takes a bounded number of steps', ({ pattern, before = 0 }) => {
  expect(regExpCost(pattern) * (before + 1)).toBeLessThanOrEqual(MOST_STEPS);
});

test.for([/a+/, /(?:a{1,9}){1,9}/, /(?:a|ab|b){2,9}/, /(?:a?){2,9}/])('%s has no bound', (pattern) => {
  expect(regExpCost(pattern)).toBe(Number.POSITIVE_INFINITY);
});

test('the bound grows with what a try may go back over', () => {
  expect(regExpCost(/a{1,100}b/)).toBeLessThan(400);
  expect(regExpCost(/a{1,100}a{1,100}b/)).toBeGreaterThan(10_000);
});

test('thousands of secrets in one file: the first hundred are reported, and that there are more', () => {
  const random = createSampleRandom(seededRandom(3));
  const lines = Array.from({ length: 5_000 }, () => `token: ghp_${random.base62(36)}\n`).join('');

  const { secrets, cut } = scan(lines);

  expect(secrets).toHaveLength(100);
  expect(cut).toBe(true);
  expect(secrets.map(({ line }) => line)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
});

test('the same secret many times in one file is one, where it is first', () => {
  const secret = `ghp_${createSampleRandom(seededRandom(3)).base62(36)}`;

  const { secrets, cut } = scan(`first\n${`x ${secret}\n`.repeat(500)}`);

  expect(secrets.map(({ line }) => line)).toEqual([2]);
  expect(cut).toBe(false);
});

test('keywords without end are given up, and that is said', () => {
  const hostile = ['password=', '"auth":', '://a:', 'eyJ', 'curl -', 'AKIA', 'token:', '-----BEGIN PRIVATE KEY-----'];
  for (const text of hostile) {
    const { secrets, cut } = scan(text.repeat((4 * MIB) / text.length));
    expect({ text, secrets: secrets.length, cut }).toEqual({ text, secrets: 0, cut: true });
  }
});

test('every rule survives its own beginning over and over, and a line of 10 MB', () => {
  const random = createSampleRandom(seededRandom(5));
  for (const rule of rules) {
    const half = rule.sample(random).slice(0, -3);
    const reader = createReader(100_000);
    for (let written = 0; written < 100_000; written += half.length) reader?.write(Buffer.from(half));
    expect(reader?.end().secrets.length).toBeLessThanOrEqual(100);
  }
  const long = Buffer.alloc(10 * MIB, 'a=b&password=');
  const reader = createReader(long.length);
  reader?.write(long);
  expect(reader?.end().secrets).toEqual([]);
});

const finder = createSecretFinder();
const createReader = (size: number) => finder.open('srv/app/settings.conf', size);

function scan(text: string) {
  const reader = createReader(text.length);
  reader?.write(Buffer.from(text));
  return reader?.end() ?? { secrets: [], cut: false };
}
