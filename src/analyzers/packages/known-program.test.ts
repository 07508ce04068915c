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
