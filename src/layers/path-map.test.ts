import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PathMap } from './path-map.ts';

function filled(...paths: readonly string[]): PathMap<number> {
  const map = new PathMap<number>();
  for (const [at, path] of paths.entries()) map.set(path, at);
  return map;
}
const paths = (map: PathMap<number>) => [...map.entries()].map(([path]) => path);

test.each<[string, readonly string[]]>([
  ['a', ['a', 'ab/c', 'b/a/c']],
  ['a/b', ['a', 'a/d', 'ab/c', 'b/a/c']],
  ['a/b/c', ['a', 'a/b/c', 'a/d', 'ab/c', 'b/a/c']],
  ['x', ['a', 'a/b/c', 'a/d', 'ab/c', 'b/a/c']],
  ['', []],
])('below %j lies nothing any more', (folder, left) => {
  const map = filled('a', 'a/b/c', 'a/d', 'ab/c', 'b/a/c');

  map.deleteBelow(folder);

  expect(paths(map)).toEqual(left);
});

test('what was taken away can come back, at the end, and be taken away again', () => {
  const map = filled('a/b/c', 'd');

  map.deleteBelow('a');
  map.set('a/b/c', 5);

  expect([...map.entries()]).toEqual([
    ['d', 1],
    ['a/b/c', 5],
  ]);
  map.deleteBelow('a/b');
  expect(paths(map)).toEqual(['d']);
});

test('behaves like a map of which everything with a prefix is deleted', () => {
  const path = fc.array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 4 }).map((names) => names.join('/'));
  const step = fc.record({ what: fc.constantFrom('set', 'set', 'set', 'delete', 'deleteBelow'), path });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const map = new PathMap<number>();
      const model = new Map<string, number>();
      for (const [at, { what, path: each }] of steps.entries()) {
        if (each === '' && what !== 'deleteBelow') continue;
        if (what === 'set') map.set(each, at);
        if (what === 'set') model.set(each, at);
        if (what === 'delete') map.delete(each);
        if (what === 'delete') model.delete(each);
        if (what !== 'deleteBelow') continue;
        map.deleteBelow(each);
        for (const key of model.keys()) if (each === '' || key.startsWith(`${each}/`)) model.delete(key);
      }

      expect([...map.entries()]).toEqual([...model]);
    }),
    { numRuns: 2_000 },
  );
});

test('taking away costs what is taken, not what is there', () => {
  const map = new PathMap<number>();
  for (let at = 0; at < 50_000; at++) map.set(`kept/${at}/file`, at);

  for (let at = 0; at < 50_000; at++) {
    map.set(`folder/${at}/file`, at);
    map.deleteBelow(`folder/${at}`);
  }

  // Were it all of what is there, this would take minutes.
  expect([...map.values()].length).toBe(50_000);
});

test('says how long the folders are that it keeps track of', () => {
  expect(filled('a', 'ab/c', 'ab/d', 'ab/ef/g').folderCharacters).toBe('ab'.length + 'ab/ef'.length);
});
