import { expect, test } from 'vitest';
import { createVault } from './vault.ts';

const vault = createVault(Buffer.alloc(32, 7));

test.for(['', 'secret-password', 'пароль 密码 🔑', 'x'.repeat(10_000)])(
  'what was sealed is opened again: %s',
  (text) => {
    expect(vault.open(vault.seal(text))).toBe(text);
  },
);

test('the same text is sealed in another way each time, and never holds it', () => {
  const sealed = [vault.seal('secret-password'), vault.seal('secret-password')];

  expect(sealed[0]).not.toBe(sealed[1]);
  for (const text of sealed) {
    expect(text).toMatch(/^v1:/);
    expect(Buffer.from(text.slice(3), 'base64').toString('latin1')).not.toContain('secret');
  }
});

test('another key, an altered byte or a cut text open nothing, and say what to look at', () => {
  const sealed = vault.seal('secret-password');
  const bytes = Buffer.from(sealed.slice(3), 'base64');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  const altered = `v1:${bytes.toString('base64')}`;

  for (const open of [
    () => createVault(Buffer.alloc(32, 8)).open(sealed),
    () => vault.open(altered),
    () => vault.open(sealed.slice(0, 20)),
    () => vault.open(''),
  ]) {
    expect(open).toThrow(/PLIMSOLL_MASTER_KEY/);
    expect(open).not.toThrow(/secret-password/);
  }
});

test('a key of another length is refused', () => {
  expect(() => createVault(Buffer.alloc(16))).toThrow('must be 32 bytes, it has 16');
});
