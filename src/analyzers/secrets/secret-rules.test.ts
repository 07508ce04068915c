import { expect, test } from 'vitest';
import { seededRandom } from '../../../bench/seeded-random.ts';
import { createSecretFinder } from './create-secret-finder.ts';
import { secretFamilies } from './rules/index.ts';
import { createSampleRandom } from './sample-random.ts';
import { MAX_BEFORE, MAX_REACH, type SecretRule } from './secret-rule.ts';

const rules: readonly SecretRule[] = secretFamilies.flat();
const finder = createSecretFinder();
const random = createSampleRandom(seededRandom(7));
const BEFORE = 'first line\n# settings of the team\n';
const AFTER = '\n# the end\n';

const scan = (bytes: Uint8Array, cuts: readonly number[] = [], path = 'srv/app/settings.conf') => {
  const reader = finder.open(path, bytes.length);
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    reader?.write(Uint8Array.from(bytes.subarray(from, to)));
    from = to;
  }
  return reader?.end().secrets ?? [];
};
/** What a quoted value is looked for in where others are not. */
const pathFor = ({ id }: SecretRule) => (id.includes('quoted') ? 'srv/app/main.js' : 'srv/app/settings.conf');

test('there are at least 120 kinds of secret, and each has its own id', () => {
  expect(rules.length).toBeGreaterThanOrEqual(120);
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  expect(rules.filter(({ keywords }) => keywords.some((keyword) => keyword.length < 3))).toEqual([]);
  expect(rules.filter(({ reach = 0, before = 0 }) => reach > MAX_REACH || before > MAX_BEFORE)).toEqual([]);
});

test.for(rules)('$id: a true sample is found, masked, alone and at every chunk border', (rule) => {
  const sample = rule.sample(random);
  const bytes = Buffer.from(BEFORE + sample + AFTER, 'latin1');

  if (rule.where === 'settings') {
    expect(finder.findIn(sample).map((secret) => secret.rule)).toContain(rule.id);
    return;
  }
  const path = pathFor(rule);
  const whole = scan(bytes, [], path);
  expect(
    whole.map((secret) => secret.rule),
    sample,
  ).toContain(rule.id);
  expect(whole.every(({ line }) => line !== undefined && line >= 3 && line < bytes.toString().split('\n').length)).toBe(
    true,
  );
  for (let cut = 1; cut < bytes.length; cut += sample.length > 800 ? 13 : 1)
    expect(scan(bytes, [cut], path)).toEqual(whole);
  expect(
    scan(
      bytes,
      Array.from({ length: bytes.length - 1 }, (_, at) => at + 1),
      path,
    ),
  ).toEqual(whole);
});

test.for(rules)('$id: near misses are not found', (rule) => {
  expect(rule.nearMisses.length).toBeGreaterThan(0);
  for (const text of rule.nearMisses) {
    expect(scan(Buffer.from(text, 'latin1')), text).toEqual([]);
    expect(
      finder.findIn(text).map((secret) => secret.rule),
      text,
    ).not.toContain(rule.id);
  }
});
