import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { buildElf } from '../../../test/support/build-elf.ts';
import { knownProgram } from './known-program.ts';

const program = (text: string) => buildElf({ '.rodata': Buffer.from(text) });

test.each([
  ['usr/local/bin/node', true],
  ['opt/node/bin/node', true],
  ['usr/sbin/nginx', true],
  ['usr/bin/nodejs', false],
  ['app/node', false],
  ['usr/local/bin/node-gyp', false],
  ['usr/local/lib/libpython3.12.so.1.0', true],
  ['usr/local/lib/libpython3.so', false],
  ['usr/local/bin/python3.12', true],
  ['usr/local/bin/python3', false],
  ['usr/local/lib/libruby.so.3.3.6', true],
  ['usr/local/bin/php', true],
  ['usr/local/sbin/php-fpm', true],
  ['usr/local/bin/phpize', false],
  ['usr/local/apache2/bin/httpd', true],
])('%s is wanted: %s', (path, wanted) => {
  expect(knownProgram.wants(path)).toBe(wanted);
});

test('the Node.js that runs this is known by its version', () => {
  expect(analyzeText(knownProgram, 'usr/local/bin/node', readFileSync(process.execPath))).toEqual({
    findings: [{ kind: 'package', package: { ecosystem: 'generic', name: 'node', version: process.versions.node } }],
    problems: [],
  });
});

test('nginx is known by what it prints', () => {
  expect(
    analyzeText(knownProgram, 'usr/sbin/nginx', program('\0nginx version: nginx/1.27.3\0nginx/1.27.3\0')).findings,
  ).toEqual([{ kind: 'package', package: { ecosystem: 'generic', name: 'nginx', version: '1.27.3' } }]);
});

// As the programs of Debian 12 and those that pyenv builds have them.
test.each([
  ['usr/local/lib/libpython3.12.so.1.0', '\x003.12.1\0', 'python', '3.12.1'],
  // Linkers keep a text that another ends with once.
  ['usr/local/lib/libpython3.13.so.1.0', '\0/tmp/Python-3.13.0\0x/3.13.0/lib\0', 'python', '3.13.0'],
  ['usr/local/lib/libpython3.7m.so.1.0', '\x003.7.16\x0013.7.1\0', 'python', '3.7.16'],
  ['opt/bin/python3.14', '\x003.14.0rc1\0', 'python', '3.14.0rc1'],
  ['usr/lib/libruby.so.3.1.2', '\0ruby - Copyright\0ruby 3.1.2p20 (2022-04-12 revision 1) [x]\0', 'ruby', '3.1.2'],
  ['usr/local/bin/ruby', '\0ruby 3.4.1 (2024-12-25 revision 48d4) +PRISM [x]\0', 'ruby', '3.4.1'],
  ['usr/local/bin/php', '\0X-Powered-By: PHP/8.2.36\0', 'php', '8.2.36'],
  ['usr/lib/apache2/modules/libphp.so', '\0X-Powered-By: PHP/8.4.0RC1\0', 'php', '8.4.0RC1'],
  ['usr/local/apache2/bin/httpd', '\0Apache/2\0Apache/2.4\0Apache/2.4.71\0Apache/2.4.71 (Unix)\0', 'apache', '2.4.71'],
  ['usr/local/bin/memcached', '\0memcached \0memcached 1.6.18\0', 'memcached', '1.6.18'],
  ['usr/local/bin/postgres', '\0postgres (PostgreSQL) 15.20 (x 15.20-0)\0', 'postgresql', '15.20'],
  [
    'usr/local/sbin/haproxy',
    '\0 version 2.6.12-1+deb12u4, released 2026/10/17\0HAProxy version 2.5.\0',
    'haproxy',
    '2.6.12',
  ],
])('%s tells its version', (path, text, name, version) => {
  expect(analyzeText(knownProgram, path, program(text))).toEqual({
    findings: [{ kind: 'package', package: { ecosystem: 'generic', name, version } }],
    problems: [],
  });
});

test('a program whose library tells its version need not tell it', () => {
  const silent = { findings: [], problems: [] };

  expect(analyzeText(knownProgram, 'usr/local/bin/python3.12', program('x'))).toEqual(silent);
  expect(analyzeText(knownProgram, 'usr/local/bin/ruby', program('x'))).toEqual(silent);
  expect(analyzeText(knownProgram, 'usr/local/lib/libpython3.12.so.1.0', program('x')).problems).toHaveLength(1);
});

test.each([
  ['tells nothing', 'x', 'no version'],
  ['tells no whole version', 'node.js/v24.1', 'no version'],
  ['tells two', 'node.js/v24.1.0 node.js/v22.1.0 ', 'several versions'],
])('a program that %s is a problem', (_, text, message) => {
  expect(analyzeText(knownProgram, 'usr/bin/node', program(text))).toEqual({
    findings: [],
    problems: [expect.stringContaining(message)],
  });
});
