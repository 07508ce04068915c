import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { buildElf } from '../../../test/support/build-elf.ts';
import { buildFatMachO, buildMachO } from '../../../test/support/build-mach-o.ts';
import { buildPe } from '../../../test/support/build-pe.ts';
import { rustBinary } from './rust-binary.ts';

const analyze = (section: Uint8Array) => analyzeText(rustBinary, 'usr/bin/app', buildElf({ '.dep-v0': section }));
const audit = (...packages: readonly object[]) => deflateSync(JSON.stringify({ packages }));

test('crates that run are listed, and the program itself', () => {
  const { findings, problems } = analyze(
    audit(
      { name: 'app', version: '0.1.0', source: 'local', root: true, dependencies: [1] },
      { name: 'time', version: '0.1.43', source: 'crates.io' },
      { name: 'helpers', version: '0.1.0', source: 'local' },
      { name: 'cc', version: '1.0.73', source: 'crates.io', kind: 'build' },
      { name: 'forked', version: '2.0.0', source: 'git' },
    ),
  );

  expect(problems).toEqual([]);
  expect(findings).toEqual(
    [
      ['app', '0.1.0'],
      ['time', '0.1.43'],
      ['forked', '2.0.0'],
    ].map(([name, version]) => ({ kind: 'package', package: { ecosystem: 'cargo', name, version } })),
  );
});

test.for<[string, (section: Uint8Array) => Buffer]>([
  ['a library for Linux', (section) => buildElf({ '.dep-v0': section })],
  ['a library for Windows', (section) => buildPe({ '.text': Buffer.alloc(9), '.dep-v0': section })],
  ['a library for macOS', (section) => buildMachO({ '.dep-v0': section })],
  ['several for macOS', (section) => buildFatMachO(buildMachO({}), buildMachO({ '.dep-v0': section }))],
])('crates are listed of %s', ([, build]) => {
  const program = build(audit({ name: 'time', version: '0.1.43', source: 'crates.io' }));

  expect(rustBinary.magic?.(program.subarray(0, 512))).toBe(true);
  expect(analyzeText(rustBinary, 'usr/lib/python3/native.so', program)).toEqual({
    findings: [{ kind: 'package', package: { ecosystem: 'cargo', name: 'time', version: '0.1.43' } }],
    problems: [],
  });
});

test('a program without the list has nothing to tell', () => {
  expect(analyzeText(rustBinary, 'usr/bin/app', buildElf({ '.text': Buffer.from('x') }))).toEqual({
    findings: [],
    problems: [],
  });
});

test.for<[string, Uint8Array]>([
  ['is not packed', Buffer.from('{"packages":[]}')],
  ['breaks off', audit({ name: 'a', version: '1.0.0' }).subarray(0, 20)],
  ['unpacks to much more than any list', deflateSync(Buffer.alloc(64 * 1024 ** 2))],
  ['is no JSON', deflateSync('packages')],
  ['is another JSON', deflateSync('[]')],
  ['holds a crate without a version', audit({ name: 'a' })],
])('a list that %s is a problem', ([, section]) => {
  const { findings, problems } = analyze(section);

  expect(findings).toEqual([]);
  expect(problems).toHaveLength(1);
});
