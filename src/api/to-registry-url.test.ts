import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ApiError } from './protocol/api-error.ts';
import { toRegistryUrl } from './to-registry-url.ts';

test.for([
  ['https://registry.example.com', 'https://registry.example.com'],
  [' https://Registry.Example.com/ ', 'https://registry.example.com'],
  ['HTTP://127.0.0.1:5000', 'http://127.0.0.1:5000'],
  ['localhost:5000', 'https://localhost:5000'],
  ['registry.example.com/base//', 'https://registry.example.com/base'],
  ['https://registry.example.com:443', 'https://registry.example.com'],
  ['http://[::1]:5000', 'http://[::1]:5000'],
] as const)('%j is %s', ([text, url]) => {
  expect(toRegistryUrl(text)).toBe(url);
});

test.for([
  '',
  'https://',
  'ftp://registry.example.com',
  'file:///etc/passwd',
  'https://registry.example.com?x=1',
  'https://registry.example.com#x',
  'https://registry.example.com:99999',
  'https://a b',
  'http:\\\\registry.example.com',
  'https://registry.example.com/a@b',
])('%j is refused', (text) => {
  expect(() => toRegistryUrl(text)).toThrow(expect.objectContaining({ code: 'InvalidParameterValue' }));
});

test.for([
  'https://user:hunter2@registry.example.com',
  'user:hunter2@registry.example.com',
  'http:\\\\user:hunter2@host',
])('the credentials of %j are refused and not repeated', (text) => {
  expect(() => toRegistryUrl(text)).toThrow(ApiError);
  expect(() => toRegistryUrl(text)).not.toThrow(/hunter2/);
});

test('whatever is given, a URL comes out that reads as itself again, or an ApiError', () => {
  const text = fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.domain());

  fc.assert(
    fc.property(text, (given) => {
      try {
        const url = toRegistryUrl(given);
        expect(url).toMatch(/^https?:\/\/[^/@]+(\/[^?#@]*[^/?#@])?$/);
        expect(toRegistryUrl(url)).toBe(url);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      }
    }),
  );
});
