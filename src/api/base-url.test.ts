import { expect, test } from 'vitest';
import { baseUrlOf } from './base-url.ts';

test.each([
  ['127.0.0.1:9460', 'http://127.0.0.1:9460'],
  ['plimsoll.example.com', 'http://plimsoll.example.com'],
  ['[::1]:9460', 'http://[::1]:9460'],
  // as tccli sends it
  ['http://127.0.0.1:9000', 'http://127.0.0.1:9000'],
])('the Host %s is where the client reached us', (host, base) => {
  expect(baseUrlOf({ host })).toBe(base);
});

test('a proxy that ends TLS says so', () => {
  expect(baseUrlOf({ host: 'h', 'x-forwarded-proto': 'HTTPS, http' })).toBe('https://h');
  expect(baseUrlOf({ host: 'h', 'x-forwarded-proto': 'javascript' })).toBe('http://h');
});

test.each([undefined, '', 'a b', 'h/path', 'h?x', 'user@h', 'h:port', '"><script>', 'h\r\nx: y', 'x'.repeat(300)])(
  'the Host %j makes links relative',
  (host) => {
    expect(baseUrlOf({ host })).toBe('');
  },
);
