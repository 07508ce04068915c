import { expect, test } from 'vitest';
import { seededRandom } from '../../../bench/seeded-random.ts';
import { createSecretFinder, type SecretFinder } from './create-secret-finder.ts';
import { secretFamilies } from './rules/index.ts';
import { createSampleRandom } from './sample-random.ts';
import type { SecretRule } from './secret-rule.ts';

const rules: readonly SecretRule[] = secretFamilies.flat();
const finder = createSecretFinder();
const next = seededRandom(19);
const random = createSampleRandom(next);

function scan(content: string | Uint8Array, path = 'srv/app/settings.conf', by: SecretFinder = finder) {
  const bytes = Buffer.from(content);
  const reader = by.open(path, bytes.length);
  for (let from = 0; from < bytes.length; ) {
    const to = from + 1 + Math.floor(next() * 20_000);
    reader?.write(bytes.subarray(from, to));
    from = to;
  }
  return reader?.end().secrets ?? [];
}

const inFiles = rules.filter(({ where }) => where !== 'settings');
const WORDS = 'the a of and file service starts listens on port with value set when request is done by worker'.split(
  ' ',
);
const text = (length: number) => {
  let result = '';
  while (result.length < length) result += `${WORDS[Math.floor(next() * WORDS.length)]}${next() < 0.1 ? '\n' : ' '}`;
  return result;
};

test('a random secret of every kind anywhere in a text: all are found, on their lines', () => {
  for (const rule of inFiles.filter(({ id }) => !id.includes('quoted'))) {
    const before = `${text(Math.floor(next() * 70_000))}\n`;
    const found = scan(`${before}${rule.sample(random)}\n${text(20_000)}`);
    expect(found.map((secret) => secret.rule)).toContain(rule.id);
    const first = before.split('\n').length;
    expect(found.every(({ line = 0 }) => line >= first && line <= first + 8)).toBe(true);
  }
});

test('a random secret of every kind among the bytes of a program: all are found, without a line', () => {
  for (const rule of inFiles) {
    const junk = () => Uint8Array.from(random.bytes(5_000 + Math.floor(next() * 70_000)));
    const found = scan(
      Buffer.concat([junk(), Buffer.from(`\0${rule.sample(random)}\0`, 'latin1'), junk()]),
      'srv/app/run',
    );
    // A name and a value in quotes is the one kind or the other.
    expect(found.map((secret) => secret.rule.replace('-quoted', ''))).toContain(rule.id.replace('-quoted', ''));
    expect(found.every(({ line }) => line === undefined)).toBe(true);
  }
});

test('a random token of every kind as a string in JSON and in YAML', () => {
  for (const rule of inFiles.filter(({ generic }) => !generic)) {
    const sample = rule.sample(random);
    const json = JSON.stringify({ name: 'app', nested: [{ content: sample }] });
    const yaml = `data:\n  content: |\n${sample.replaceAll(/^/gm, '    ')}\n`;
    if (rule.id !== 'putty-private-key' && rule.id !== 'ansible-vault')
      expect(
        scan(json, 'srv/app/settings.json').map((secret) => secret.rule),
        sample,
      ).toContain(rule.id);
    if (rule.id !== 'putty-private-key')
      expect(
        scan(yaml, 'srv/app/settings.yaml').map((secret) => secret.rule),
        sample,
      ).toContain(rule.id);
  }
});

test('no secret leaves the finder in clear, also not the neighbour in its line', () => {
  const [one, two] = [`ghp_${random.base62(36)}`, `glpat-${random.base62(20)}`];
  const text = `first=${one} second=${two} password=${random.base62(15)}9z`;

  const found = scan(text);

  expect(found).toHaveLength(3);
  for (const { excerpt } of found) {
    expect(excerpt.length).toBeLessThanOrEqual(200);
    expect(excerpt).toMatch(/^[\x20-\x7e]*$/);
    expect(excerpt).not.toContain(one.slice(6, 20));
    expect(excerpt).not.toContain(two.slice(8, 20));
  }
  expect(finder.mask(text)).not.toContain(one.slice(6, 20));
});

test('an excerpt is one printable line of 200 characters, whatever stands there', () => {
  const [found] = scan(`\u001b[2J\u202eé${'x'.repeat(5_000)}\t ghp_${random.base62(36)} \u0007${'y'.repeat(5_000)}`);

  expect(found?.excerpt.length).toBeLessThanOrEqual(200);
  expect(found?.excerpt).not.toMatch(/\p{C}/u);
});

test('the same secret has the same fingerprint in a file and in a text; another one has another', () => {
  const token = `npm_${random.base62(36)}`;

  const inFile = scan(`//npm.team.io/:_authToken=${token}\n`, 'root/.npmrc');

  expect(inFile).toMatchObject([{ rule: 'npm-token', line: 1 }]);
  expect(finder.findIn(`NPM_TOKEN=${token}`)).toMatchObject([{ fingerprint: inFile[0]?.fingerprint }]);
  expect(scan(`npm_${random.base62(36)}`)[0]?.fingerprint).not.toBe(inFile[0]?.fingerprint);
});

test('rules of the user allow by path, by value and by rule, and change the fingerprint of the finder', () => {
  const token = `ghp_${random.base62(36)}`;
  const [found] = scan(token);

  const byPath = createSecretFinder({ allow: [{ path: 'srv/app/test/**' }] });
  const byValue = createSecretFinder({ allow: [{ value: found?.fingerprint ?? '' }] });
  const byRule = createSecretFinder({ allow: [{ rule: 'github-classic-token', path: 'srv/**' }] });

  expect(scan(token, 'srv/app/test/a.conf', byPath)).toEqual([]);
  expect(scan(token, 'srv/app/a.conf', byPath)).toHaveLength(1);
  expect(scan(token, 'srv/app/a.conf', byValue)).toEqual([]);
  expect(scan(`ghp_${random.base62(36)}`, 'srv/app/a.conf', byValue)).toHaveLength(1);
  expect(scan(token, 'srv/app/a.conf', byRule)).toEqual([]);
  expect(scan(token, 'etc/a.conf', byRule)).toHaveLength(1);
  expect(scan(token, 'etc/a.conf', createSecretFinder({ allow: [{}] }))).toHaveLength(1);
  expect(new Set([finder, byPath, byValue, byRule].map(({ fingerprint }) => fingerprint)).size).toBe(4);
  expect(createSecretFinder().fingerprint).toBe(finder.fingerprint);
});

test.for([
  'usr/share/doc/openssl/README',
  'usr/share/man/man1/curl.1',
  'usr/lib/node_modules/npm/node_modules/ssh/test/keys/id_rsa',
  'usr/lib/node_modules/npm/README.md',
  'usr/lib/python3/dist-packages/oauthlib/tests/test_a.py',
  'usr/lib/python3.11/test/keycert.pem',
  'usr/share/perl5/Net/t/key.pem',
])('%s is documentation', (path) => {
  expect(finder.open(path, 10)).toBeUndefined();
});

test.for([
  'usr/lib/app/settings.json',
  'opt/app/test/id_rsa',
  'usr/local/app/docs/a.env',
  'app/README.md',
  'srv/example/a.yaml',
  'root/.aws/credentials',
])('%s is looked at', (path) => {
  expect(finder.open(path, 10)).toBeDefined();
});
