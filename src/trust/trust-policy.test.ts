import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { signBytes } from '../../test/support/sign-image.ts';
import { InvalidTrustPolicy, parseTrustPolicy, signersFor } from './trust-policy.ts';
import { verifyBytes } from './verify-bytes.ts';

const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const ecdsa = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const pairs = {
  ecdsa,
  ed25519: generateKeyPairSync('ed25519'),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2_048 }),
};
const rule = (images: readonly string[], publicKey = pem(ecdsa.publicKey), name = 'release') => ({
  images,
  keys: [{ name, publicKey }],
});
const parse = (...rules: readonly unknown[]) => parseTrustPolicy(JSON.stringify({ rules }));
const other = pem(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey);

test('the first rule that fits an image decides; of others nothing is said', () => {
  const policy = parse(rule(['lab:5000/team/*'], other, 'team'), rule(['lab:5000/**']));

  expect(signersFor(policy, 'lab:5000/team/app')?.keys.map(({ name }) => name)).toEqual(['team']);
  expect(signersFor(policy, 'lab:5000/team/deep/app')?.keys.map(({ name }) => name)).toEqual(['release']);
  expect(signersFor(policy, 'elsewhere/team/app')).toBeUndefined();
});

test('the fingerprint changes with a key and with a pattern, and not with blanks', () => {
  const text = JSON.stringify({ rules: [rule(['a/**'])] });

  const prints = [
    text,
    text.replace('{', '{ '),
    text.replace('a/', 'b/'),
    JSON.stringify({ rules: [rule(['a/**'], other)] }),
  ];

  expect(new Set(prints.map((each) => parseTrustPolicy(each).fingerprint)).size).toBe(3);
});

const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 });
const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
test.each([
  ['no JSON', '{', 'not valid JSON'],
  ['an unknown member', '{"rules":[],"default":"trust"}', 'its top'],
  ['a rule without keys', '{"rules":[{"images":["a"],"keys":[]}]}', 'rules.0.keys'],
  [
    'text for a key',
    JSON.stringify({ rules: [rule(['a'], 'ssh-ed25519 AAAA')] }),
    '"release" is not a public key in PEM',
  ],
  [
    'a private key',
    JSON.stringify({ rules: [rule(['a'], ecdsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())] }),
    'is not a public key',
  ],
  [
    'a damaged key',
    JSON.stringify({ rules: [rule(['a'], '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----')] }),
    'cannot be read',
  ],
  ['a short RSA key', JSON.stringify({ rules: [rule(['a'], pem(weak.publicKey))] }), 'neither ECDSA P-256'],
  ['another curve', JSON.stringify({ rules: [rule(['a'], pem(p384.publicKey))] }), 'neither ECDSA P-256'],
  ['a file without end', ' '.repeat(1024 ** 2 + 1), 'larger than'],
])('%s is no policy, and why is said', (_, text, why) => {
  expect(() => parseTrustPolicy(text)).toThrow(InvalidTrustPolicy);
  expect(() => parseTrustPolicy(text)).toThrow(why);
});

test.each(Object.entries(pairs))('%s: a signature holds for its bytes and its key alone', (name, pair) => {
  const bytes = Buffer.from('what was signed');
  const signature = signBytes(bytes, pair.privateKey);

  expect(verifyBytes(bytes, signature, pair.publicKey)).toBe(true);
  expect(verifyBytes(Buffer.from('what was not'), signature, pair.publicKey)).toBe(false);
  for (const [foreign, { publicKey }] of Object.entries(pairs))
    if (foreign !== name) expect(verifyBytes(bytes, signature, publicKey)).toBe(false);
  for (const hostile of ['', 'A', '====', '%%%', signature.slice(4), 'A'.repeat(1_000_000), `${signature}\n`])
    expect(verifyBytes(bytes, hostile, pair.publicKey)).toBe(false);
});
