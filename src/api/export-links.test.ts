import { expect, test } from 'vitest';
import type { Export } from '../store/export-store.ts';
import { createExportLinks } from './export-links.ts';

const entry = {
  id: 12,
  format: 'csv',
  createdAt: new Date('2026-11-25T03:14:05.678Z'),
  expiresAt: new Date('2026-11-25T04:14:05.678Z'),
} as Export;
const links = createExportLinks(Buffer.alloc(32, 1));
const expires = String(Date.parse('2026-11-25T04:14:05Z') / 1000);
const signatureOf = (url: string) => new URL(url).searchParams.get('signature') ?? '';

test('a link names the file and the second it expires, and is the same each time', () => {
  const url = links.url('https://plimsoll.example.com', entry);

  expect(url).toMatch(
    new RegExp(
      `^https://plimsoll\\.example\\.com/exports/12/RegistryImage-20261125031405-12\\.csv\\?expires=${expires}&signature=[0-9a-f]{64}$`,
    ),
  );
  expect(links.url('https://plimsoll.example.com', entry)).toBe(url);
});

test('a link is believed for its own export and time only, and only with the key it was signed with', () => {
  const signature = signatureOf(links.url('http://h', entry));

  expect(links.verify('12', expires, signature)).toBe(true);
  expect(links.verify('13', expires, signature)).toBe(false);
  expect(links.verify('12', `${expires}0`, signature)).toBe(false);
  expect(links.verify('1', `2\n${expires}`, signature)).toBe(false);
  expect(createExportLinks(Buffer.alloc(32, 2)).verify('12', expires, signature)).toBe(false);
});

test.each([
  ['nothing', ''],
  ['half of it', 'ab'.repeat(16)],
  ['too much', 'ab'.repeat(33)],
  ['no hex digits', 'zz'.repeat(32)],
  ['other letters', 'AB'.repeat(32)],
  ['a line more', `${'ab'.repeat(32)}\n`],
])('a signature that is %s is refused', (_, signature) => {
  expect(links.verify('12', expires, signature)).toBe(false);
});
