import { expect, test } from 'vitest';
import { matchesGlob } from './matches-glob.ts';

test.for([
  ['a/b.jar', 'a/b.jar'],
  ['a/b.jar', '/a/b.jar'],
  ['a/b.jar', 'a/*'],
  ['a/b.jar', '*/b.jar'],
  ['a/b.jar', 'a/*.jar'],
  ['a/b.jar', 'a/?.jar'],
  ['a/b.jar', '**'],
  ['a/b.jar', 'a/**'],
  ['a/b/c/d.jar', 'a/**'],
  ['a/b/c/d.jar', 'a/**/d.jar'],
  ['a/d.jar', 'a/**/d.jar'],
  ['d.jar', '**/d.jar'],
  ['x/y/d.jar', '**/d.jar'],
  ['srv/app.war!/WEB-INF/lib/a.jar', 'srv/app.war!/**'],
  ['srv/app.war!/WEB-INF/lib/a.jar', '**/lib/*.jar'],
  ['a+b(c)/[d].jar', 'a+b(c)/[d].jar'],
  ['', '**'],
] as const)('"%s" fits %s', ([path, glob]) => {
  expect(matchesGlob(path, glob)).toBe(true);
});

test.for([
  ['a/b.jar', 'a'],
  ['a/b.jar', 'b.jar'],
  ['a/b.jar', '*'],
  ['a/b/c.jar', 'a/*'],
  ['a/b.jar', 'a?b.jar'],
  ['xd.jar', '**/d.jar'],
  ['a/xd.jar', 'a/**/d.jar'],
  ['a/b.jars', 'a/*.jar'],
  ['A/b.jar', 'a/b.jar'],
  ['a/b.jar', ''],
] as const)('"%s" does not fit %s', ([path, glob]) => {
  expect(matchesGlob(path, glob)).toBe(false);
});

test('stars without end on a path without end take no time to speak of', () => {
  const path = 'a'.repeat(4_096);

  // Each star would try every place again: a matcher that goes back needs longer than the universe is old.
  expect(matchesGlob(path, `${'*a'.repeat(200)}b`)).toBe(false);
  expect(matchesGlob(path, `${'**a'.repeat(150)}b`)).toBe(false);
});
