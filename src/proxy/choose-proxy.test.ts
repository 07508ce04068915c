import { describe, expect, test } from 'vitest';
import { chooseProxy } from './choose-proxy.ts';

const both = { http: 'http://one.example:3128/', https: 'http://two.example:3128/' };
const of = (url: string, noProxy = '', settings = both) => chooseProxy({ ...settings, noProxy })(new URL(url))?.origin;

test('each scheme has its own proxy, and none without a setting', () => {
  expect(of('http://registry.example.com')).toBe('http://one.example:3128');
  expect(of('https://registry.example.com')).toBe('http://two.example:3128');
  expect(chooseProxy({ http: both.http })(new URL('https://registry.example.com'))).toBeUndefined();
  expect(chooseProxy()(new URL('http://registry.example.com'))).toBeUndefined();
});

test.each([
  'http://localhost:5000',
  'https://a.localhost',
  'http://127.9.9.9',
  'https://[::1]:443',
  'http://LOCALHOST.',
])('%s is asked directly', (url) => expect(of(url)).toBeUndefined());

describe('NO_PROXY', () => {
  test.each([
    ['example.com', 'https://example.com'],
    ['example.com', 'https://a.b.EXAMPLE.com.'],
    ['.example.com', 'https://a.example.com'],
    ['.example.com', 'https://example.com'],
    ['*.example.com', 'https://a.example.com'],
    ['EXAMPLE.com.', 'https://example.com'],
    ['example.com:8443', 'https://example.com:8443'],
    ['example.com:443', 'https://example.com'],
    ['example.com:80', 'http://example.com'],
    ['other.org, example.com', 'https://example.com'],
    ['other.org example.com', 'https://example.com'],
    ['*', 'https://example.com'],
    ['10.1.2.3', 'https://10.1.2.3'],
    ['10.1.2.3:5000', 'http://10.1.2.3:5000'],
    ['10.0.0.0/8', 'https://10.200.0.1'],
    ['fd00::/8', 'https://[fd12::1]'],
    ['[fd00::1]:5000', 'http://[fd00::1]:5000'],
    ['fd00::1', 'http://[fd00:0::1]'],
  ])('%s has %s asked directly', (noProxy, url) => {
    expect(of(url, noProxy)).toBeUndefined();
  });

  test.each([
    ['', 'https://example.com'],
    ['example.com', 'https://notexample.com'],
    ['example.com', 'https://example.com.evil.org'],
    ['*.example.com', 'https://example.com'],
    ['example.com:8443', 'https://example.com'],
    ['10.0.0.0/8', 'https://11.0.0.1'],
    ['10.0.0.0/99', 'https://10.0.0.1'],
    ['10.0.0.0/8', 'https://10.example.com'],
    ['.', 'https://example.com'],
    [':443', 'https://example.com'],
  ])('%s has %s asked through the proxy', (noProxy, url) => {
    expect(of(url, noProxy)).toBe('http://two.example:3128');
  });
});

test('user and password are sent decoded, and a % that encodes nothing as it is', () => {
  const authorization = (https: string) => chooseProxy({ https })(new URL('https://a.example'))?.authorization;
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

  expect(authorization('http://ann:p%40ss@proxy:1')).toBe(basic('ann:p@ss'));
  expect(authorization('http://ann:100%@proxy:1')).toBe(basic('ann:100%'));
  expect(authorization('http://ann@proxy:1')).toBe(basic('ann:'));
  expect(authorization('http://proxy:1')).toBeUndefined();
});
