import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAddressAllowed, judgeAddress } from './address-policy.ts';

test.each([
  ['8.8.8.8', 'allowed'],
  ['2606:4700::1111', 'allowed'],
  ['127.0.0.1', 'private'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['172.32.0.1', 'allowed'],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', 'private'],
  ['0.0.0.0', 'private'],
  ['::1', 'private'],
  ['::', 'private'],
  ['fd12:3456::1', 'private'],
  ['::ffff:10.0.0.1', 'private'],
  ['64:ff9b::7f00:1', 'private'],
  ['169.254.169.254', 'forbidden'],
  ['169.254.0.23', 'forbidden'],
  ['100.100.100.200', 'forbidden'],
  ['168.63.129.16', 'forbidden'],
  ['fe80::1', 'forbidden'],
  ['fe80::1%eth0', 'forbidden'],
  ['fd00:ec2::254', 'forbidden'],
  ['fd20:ce::254', 'forbidden'],
  ['::ffff:169.254.169.254', 'forbidden'],
  ['::ffff:a9fe:a9fe', 'forbidden'],
  ['::169.254.169.254', 'forbidden'],
  ['64:ff9b::a9fe:a9fe', 'forbidden'],
  ['2002:a9fe:a9fe::1', 'forbidden'],
  ['64:ff9b:1::a9fe:a9fe', 'forbidden'],
  ['224.0.0.1', 'forbidden'],
  ['255.255.255.255', 'forbidden'],
  ['ff02::1', 'forbidden'],
  ['example.com', 'forbidden'],
  ['', 'forbidden'],
])('%s is %s', (address, verdict) => {
  expect(judgeAddress(address)).toBe(verdict);
});

test('private addresses need the setting, forbidden ones are refused with it too', () => {
  expect(isAddressAllowed('10.0.0.1', { allowPrivate: false })).toBe(false);
  expect(isAddressAllowed('10.0.0.1', { allowPrivate: true })).toBe(true);
  expect(isAddressAllowed('169.254.169.254', { allowPrivate: true })).toBe(false);
});

test('an IPv4 address is judged the same in its IPv6 dress', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(judgeAddress(`::ffff:${address}`)).toBe(judgeAddress(address));
    }),
  );
  fc.assert(fc.property(fc.ipV6(), (address) => void judgeAddress(address)));
});
