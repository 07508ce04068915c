import { expect, test } from 'vitest';
import { buildNameFilter, openNameFilter } from './name-filter.ts';

const names = Array.from({ length: 20_000 }, (_, at) => [at % 11, `package-${at.toString(36)}`] as const);

test('every name that went in may be held', () => {
  const filter = openNameFilter(buildNameFilter(names, names.length));
  expect(names.filter(([namespace, name]) => !filter.mayHold(namespace, name))).toEqual([]);
});

test('of other names, and the same in another namespace, fewer than one in a hundred may', () => {
  const filter = openNameFilter(buildNameFilter(names, names.length));
  const others = names.flatMap(([namespace, name]) => [
    [namespace, `${name}s`] as const,
    [namespace + 11, name] as const,
  ]);
  expect(others.filter(([namespace, name]) => filter.mayHold(namespace, name)).length).toBeLessThan(
    others.length / 100,
  );
});

test('nothing is held by a filter of nothing', () => {
  expect(openNameFilter(buildNameFilter([], 0)).mayHold(1, 'lodash')).toBe(false);
});

test('a name is found whatever letters it has', () => {
  const odd = ['', 'ß', '包', '💥', 'a'.repeat(5000), '\0'].map((name) => [3, name] as const);
  const filter = openNameFilter(buildNameFilter(odd, odd.length));
  expect(odd.every(([namespace, name]) => filter.mayHold(namespace, name))).toBe(true);
});
