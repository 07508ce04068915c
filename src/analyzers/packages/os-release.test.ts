import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { osRelease } from './os-release.ts';

const analyze = (text: string) => analyzeText(osRelease, 'etc/os-release', text);

test.each([
  [
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
    'debian',
    '12',
    'Debian GNU/Linux 12 (bookworm)',
  ],
  [
    'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"',
    'alpine',
    '3.20.3',
    'Alpine Linux v3.20',
  ],
  ['ID=debian\nPRETTY_NAME="Debian GNU/Linux trixie/sid"\n', 'debian', '', 'Debian GNU/Linux trixie/sid'],
  ["# comment\n\n  ID='Mixed'  \r\nNAME='It''s'\nVERSION='a\\b'\n", 'mixed', '', "It''s a\\b"],
  ['ID=x\nPRETTY_NAME="a \\"b\\" \\$c \\\\ \\`d"\n', 'x', '', 'a "b" $c \\ `d'],
  [
    'ID="x\x1b[2J"\nPRETTY_NAME="a\x1b[31mb\x9b\x7f"\nVERSION_ID="1\t2"\n',
    'x\ufffd[2j',
    '1\ufffd2',
    'a\ufffd[31mb\ufffd\ufffd',
  ],
  ['NAME=Thing\n', 'linux', '', 'Thing'],
  ['ID=x\nVERSION_ID="unclosed\n', 'x', 'unclosed', 'Linux'],
])('%j', (text, family, release, name) => {
  expect(analyze(text)).toEqual({ findings: [{ kind: 'os', family, release, name }], problems: [] });
});

test('a file without an assignment is a problem', () => {
  expect(analyze('Debian\n')).toEqual({ findings: [], problems: ['no assignment in it'] });
});

test('both places are wanted and no other', () => {
  expect(['etc/os-release', 'usr/lib/os-release', 'x/etc/os-release'].map(osRelease.wants)).toEqual([
    true,
    true,
    false,
  ]);
});

test('reads quoted values as a shell does', () => {
  const quoted = fc.string({ maxLength: 12, unit: fc.constantFrom('a', ' ', '"', "'", '\\', '$', '`', 'é') });
  fc.assert(
    fc.property(quoted, (value) => {
      const text = `PRETTY_NAME="x${value.replace(/["\\$`]/g, '\\$&')}"\n`;
      const shell = spawnSync('sh', ['-c', `${text}printf %s "$PRETTY_NAME"`], { encoding: 'utf8' }).stdout;

      expect(analyze(text).findings).toMatchObject([{ name: shell }]);
    }),
    { numRuns: 30 },
  );
});
