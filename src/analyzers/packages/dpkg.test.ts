import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { dpkg } from './dpkg.ts';

const path = 'var/lib/dpkg/status';
const stanza = (fields: Readonly<Record<string, string>>) =>
  Object.entries({
    Package: 'brotli',
    Status: 'install ok installed',
    Architecture: 'amd64',
    Version: '1.0.9-2',
    ...fields,
  })
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');
const packagesOf = (text: string) =>
  analyzeText(dpkg, path, text).findings.map((finding) => (finding.kind === 'package' ? finding.package : undefined));

test.each([
  ['var/lib/dpkg/status', true],
  ['var/lib/dpkg/status.d/base-files', true],
  ['var/lib/dpkg/status.d/base-files.md5sums', false],
  ['var/lib/dpkg/status.d/', false],
  ['var/lib/dpkg/status.d/a/b', false],
  ['var/lib/dpkg/status-old', false],
  ['mnt/var/lib/dpkg/status', false],
])('%s is wanted: %s', (name, wanted) => {
  expect(dpkg.wants(name)).toBe(wanted);
});

test.each([
  ['without Source it is its own source', {}, { name: 'brotli', version: '1.0.9-2' }],
  ['Source names another package', { Source: 'br' }, { name: 'br', version: '1.0.9-2' }],
  [
    'a binNMU exists only in the binary version',
    { Version: '1.0.9-2+b6', Source: 'brotli (1.0.9-2)' },
    { name: 'brotli', version: '1.0.9-2' },
  ],
  ['an epoch is part of the version', { Version: '1:2.3-4', Source: 'x (2:1-1)' }, { name: 'x', version: '2:1-1' }],
])('%s', (_, fields: Readonly<Record<string, string>>, source) => {
  expect(packagesOf(stanza(fields))).toEqual([
    { ecosystem: 'deb', name: 'brotli', version: fields.Version ?? '1.0.9-2', architecture: 'amd64', source },
  ]);
});

test.each([
  ['install ok installed', 1],
  ['deinstall ok installed', 1],
  ['hold ok installed', 1],
  ['install ok half-configured', 1],
  ['install ok unpacked', 1],
  ['install ok triggers-pending', 1],
  ['install reinstreq half-installed', 1],
  ['', 1],
  ['deinstall ok config-files', 0],
  ['purge ok not-installed', 0],
])('of status %j there are %i packages', (Status, count) => {
  expect(analyzeText(dpkg, path, stanza({ Status }))).toMatchObject({ findings: { length: count }, problems: [] });
});

test.each([
  ['no Package', stanza({ Package: '' }), 'at line 1 has no valid Package'],
  ['no Version', stanza({ Version: '' }), '(brotli) has no valid Version'],
  ['an odd version', stanza({ Version: '1 2' }), 'has no valid Version'],
  ['an odd Source', stanza({ Source: 'a (b' }), 'has an unreadable Source'],
  ['an unknown status', stanza({ Status: 'install ok broken' }), 'unknown status'],
  ['a line that is no field', `${stanza({})}garbage\n`, 'no field: "garbage"'],
])('an entry with %s is a problem, and the others are read', (_, text, message) => {
  const { findings, problems } = analyzeText(dpkg, path, `${text}\n${stanza({ Package: 'other' })}`);

  expect(findings).toMatchObject([{ package: { name: 'other' } }]);
  expect(problems).toEqual([expect.stringContaining(message)]);
});

test('reads continuation lines, folded fields, CRLF, many blank lines and a missing end', () => {
  const text = `\n\r\n${stanza({ Description: 'x\n more\n .\n\tPackage: not-this' })}\n\n\n${stanza({ package: '', Package: 'last' }).trimEnd()}`;

  expect(packagesOf(text.replaceAll('\n', '\r\n')).map((found) => found?.name)).toEqual(['brotli', 'last']);
});

const dpkgQuery = spawnSync('dpkg-query', ['--version']).status === 0;
if (!dpkgQuery) console.warn('SKIPPED: dpkg-query is not installed, so dpkg.ts is not compared with it');

test.skipIf(!dpkgQuery)('agrees with dpkg-query on the packages of a database', () => {
  const states = [
    'install ok installed',
    'deinstall ok config-files',
    'install ok half-configured',
    'hold ok installed',
  ];
  const sources = ['', 'other', 'other (2:7-1)'];
  const text = states
    .flatMap((Status, a) =>
      sources.map((Source, b) =>
        stanza({
          Package: `p${a}${b}`,
          Status,
          Source,
          Version: `${a + 1}:1.${b}-1+b2`,
          Maintainer: 'x',
          Description: 'x\n more',
          ...(a === 1 ? { Conffiles: '\n /etc/x 0123456789abcdef0123456789abcdef' } : {}),
        }),
      ),
    )
    .join('\n');
  const folder = mkdtempSync(join(tmpdir(), 'dpkg-'));
  mkdirSync(join(folder, 'info'));
  writeFileSync(join(folder, 'status'), text);

  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own placeholders
  const format = '${db:Status-Status} ${Package} ${Version} ${source:Package} ${source:Version}\\n';
  const listing = execFileSync('dpkg-query', [`--admindir=${folder}`, '-W', '-f', format], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });

  const theirs = listing
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('config-files'))
    .map((line) => line.split(' ').slice(1).join(' '));
  const ours = packagesOf(text).map(
    (found) => `${found?.name} ${found?.version} ${found?.source?.name} ${found?.source?.version}`,
  );
  expect(theirs.length).toBeGreaterThan(6);
  expect(ours.toSorted()).toEqual(theirs.toSorted());
});
