import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { apk } from './apk.ts';
import { apkRepositories } from './apk-repositories.ts';

const path = 'lib/apk/db/installed';

test('reads packages with their origin, and which files are theirs', () => {
  const text = [
    'C:Q1bTtF5526tETKfL+lnigzIDvm+2o=',
    'P:musl-utils',
    'V:1.2.5-r0',
    'A:x86_64',
    'o:musl',
    'F:sbin',
    'R:ldconfig',
    'a:0:0:755',
    'Z:Q1Kja2+POZKxEkUOZqwSjC6kmaED4=',
    '',
    'P:busybox',
    'V:1.36.1-r29',
    '',
    '',
  ].join('\n');

  expect(analyzeText(apk, path, text)).toEqual({
    findings: [
      {
        kind: 'package',
        package: {
          ecosystem: 'apk',
          name: 'musl-utils',
          version: '1.2.5-r0',
          architecture: 'x86_64',
          source: { name: 'musl', version: '1.2.5-r0' },
        },
      },
      {
        kind: 'package',
        package: {
          ecosystem: 'apk',
          name: 'busybox',
          version: '1.36.1-r29',
          source: { name: 'busybox', version: '1.36.1-r29' },
        },
      },
      { kind: 'ownership', owner: { ecosystem: 'apk', name: 'musl-utils' }, paths: ['sbin/ldconfig'] },
    ],
    problems: [],
  });
});

test('fields are told apart by case: provides and file modes are neither names nor architectures', () => {
  const text = 'p:so:libfake.so.1=1\nv:9\nP:busybox\nV:1.36.1-r29\nF:bin\na:0:0:755\nO:other\n';

  expect(analyzeText(apk, path, text).findings).toEqual([
    {
      kind: 'package',
      package: {
        ecosystem: 'apk',
        name: 'busybox',
        version: '1.36.1-r29',
        source: { name: 'busybox', version: '1.36.1-r29' },
      },
    },
  ]);
});

test.each([
  ['V:1\n', 'no valid P'],
  ['P:a\n', '(a) has no valid V'],
  ['P:a\nV:1\ngarbage\n', 'no field'],
])('%j is a problem, and the next entry is read', (text, message) => {
  const { findings, problems } = analyzeText(apk, path, `${text}\nP:b\nV:2\n`);

  expect(problems).toEqual([expect.stringContaining(message)]);
  expect(findings).toMatchObject([{ package: { name: 'b' } }]);
});

test('both places of the database are wanted', () => {
  expect(
    ['lib/apk/db/installed', 'usr/lib/apk/db/installed', 'x/lib/apk/db/installed', 'lib/apk/db'].map(apk.wants),
  ).toEqual([true, true, false, false]);
});

test.each([
  [
    'https://dl-cdn.alpinelinux.org/alpine/v3.20/main\nhttps://dl-cdn.alpinelinux.org/alpine/v3.20/community\n',
    ['v3.20'],
  ],
  ['http://mirror/alpine/v3.9/main\n@edge http://mirror/alpine/edge/testing\n', ['v3.9', 'edge']],
  ['https://mirror.example/v2.1/alpine/v3.19/main/\n', ['v3.19']],
  ['#http://mirror/alpine/edge/main\n\n/media/cdrom/apks\nhttp://mirror/alpine/latest-stable/main', ['latest-stable']],
])('repositories %j name the releases %j', (text, releases) => {
  expect(analyzeText(apkRepositories, 'etc/apk/repositories', text)).toEqual({
    findings: [{ kind: 'apk-repositories', releases }],
    problems: [],
  });
});

test('repositories that name no release find nothing', () => {
  expect(analyzeText(apkRepositories, 'etc/apk/repositories', '/media/apks\n').findings).toEqual([]);
});
