import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalisePath, parentOf } from './normalise-path.ts';

test.each([
  ['etc/passwd', 'etc/passwd'],
  ['./etc/passwd', 'etc/passwd'],
  ['/etc//passwd/', 'etc/passwd'],
  ['a/./b/../c', 'a/c'],
  ['./', ''],
  ['/', ''],
  ['', ''],
  ['a/..', ''],
  ['..a/b..', '..a/b..'],
  ['.hidden/...', '.hidden/...'],
  ['a\\b', 'a\\b'],
])('%j is the path %j', (name, path) => {
  expect(normalisePath(name, 100)).toEqual({ path });
});

test.each(['..', '../etc/passwd', '/../x', 'a/../../b', './..', 'a\0b', 'x'.repeat(101), 'ä'.repeat(51)])(
  '%j is a problem',
  (name) => {
    expect(normalisePath(name, 100)).toHaveProperty('problem');
  },
);

test('a path never leads out of the root and is its own normal form', () => {
  const segment = fc.oneof(fc.constantFrom('.', '..', '', 'a', '.wh.b'), fc.string({ maxLength: 4 }));
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 8 }), (segments) => {
      const result = normalisePath(segments.join('/'), 1_000);
      if ('problem' in result) return;

      const parts = result.path.split('/');
      expect(result.path === '' || parts.every((part) => !['', '.', '..'].includes(part))).toBe(true);
      expect(normalisePath(result.path, 1_000)).toEqual(result);
    }),
  );
});

test('the parent of a path at the root is the root', () => {
  expect(['a/b/c', 'a', ''].map(parentOf)).toEqual(['a/b', '', '']);
});
