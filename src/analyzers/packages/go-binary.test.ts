import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { buildElf } from '../../../test/support/build-elf.ts';
import { goModules, goProgramOfPointers, inlineBuildInfo } from '../../../test/support/build-go-program.ts';
import { buildFatMachO, buildMachO } from '../../../test/support/build-mach-o.ts';
import { buildPe } from '../../../test/support/build-pe.ts';
import { goBinary } from './go-binary.ts';

const modules = goModules(
  'path\texample.com/app',
  'mod\texample.com/app\tv1.2.3\th1:abc=',
  'dep\tgolang.org/x/net\tv0.0.0-20210226172049-e18ecbb05110\th1:abc=',
  'dep\tgithub.com/old/name\tv1.0.0',
  '=>\tgithub.com/new/name\tv1.1.0\th1:abc=',
  'dep\tgithub.com/local/fork\tv1.0.0',
  '=>\t./fork\t',
  'dep\tgithub.com/docker/docker\tv20.10.7+incompatible\th1:abc=',
  'build\t-compiler=gc',
);
const expected = [
  'stdlib 1.20.3',
  'example.com/app v1.2.3',
  'golang.org/x/net v0.0.0-20210226172049-e18ecbb05110',
  'github.com/new/name v1.1.0',
  'github.com/docker/docker v20.10.7+incompatible',
];

/** `name version` of every package; and what was complained about. */
function analyze(bytes: Uint8Array) {
  const { findings, problems } = analyzeText(goBinary, 'usr/local/bin/app', bytes);
  const packages = findings.flatMap((finding) => (finding.kind === 'package' ? [finding.package] : []));
  return { packages: packages.map(({ name, version }) => `${name} ${version}`), problems };
}

test.for<[string, Buffer]>([
  ['in its section', buildElf({ '.data': Buffer.alloc(40), '.go.buildinfo': inlineBuildInfo('go1.20.3', modules) })],
  [
    'without a table of sections',
    buildElf(
      { '.data': Buffer.alloc(40), '.go.buildinfo': inlineBuildInfo('go1.20.3', modules) },
      { withoutSections: true },
    ),
  ],
  ['in a library for Windows', buildPe({ '.text': Buffer.alloc(99), '.data': inlineBuildInfo('go1.20.3', modules) })],
  ['in a program for Windows of 32 bits', buildPe({ '.data': inlineBuildInfo('go1.20.3', modules) }, { bits: 32 })],
  [
    'in a library for macOS',
    buildMachO({ __text: Buffer.alloc(99), __go_buildinfo: inlineBuildInfo('go1.20.3', modules) }),
  ],
  ['in a program for macOS without its section', buildMachO({ __data: inlineBuildInfo('go1.20.3', modules) })],
  [
    'in a big-endian one of 32 bits',
    buildMachO({ __go_buildinfo: inlineBuildInfo('go1.20.3', modules) }, { bits: 32, bigEndian: true }),
  ],
  [
    'in each of several for macOS, once',
    buildFatMachO(
      buildMachO({ __go_buildinfo: inlineBuildInfo('go1.20.3', modules) }),
      buildMachO({ __go_buildinfo: inlineBuildInfo('go1.20.3', modules) }, { bits: 32 }),
    ),
  ],
  ['behind pointers', goProgramOfPointers('go1.20.3', modules, { bits: 64, bigEndian: false })],
  ['behind pointers of a big-endian program', goProgramOfPointers('go1.20.3', modules, { bits: 64, bigEndian: true })],
  ['behind pointers of a 32-bit program', goProgramOfPointers('go1.20.3', modules, { bits: 32, bigEndian: false })],
])('build information is found %s', ([, program]) => {
  expect(analyze(program)).toEqual({ packages: expected, problems: [] });
});

test.for([
  ['go1.20.3', '1.20.3'],
  ['go1.21', '1.21'],
  ['go1.21rc2', '1.21rc2'],
  ['go1.19.8 X:boringcrypto', '1.19.8'],
  ['go1.20.3-somebody', '1.20.3'],
  ['devel go1.21-8f0bd4f3d9 Mon Jan 2', 'devel'],
])('Go %s is the standard library %s', ([goVersion = '', version]) => {
  const program = buildElf({ '.go.buildinfo': inlineBuildInfo(goVersion, goModules('path\tx')) });

  expect(analyze(program).packages).toEqual([`stdlib ${version}`]);
});

test('a program that does not know its own version lists what it is made of', () => {
  const own = goModules('mod\texample.com/app\t(devel)\t', 'dep\tgolang.org/x/text\tv0.3.7\th1:abc=');

  const { packages } = analyze(buildElf({ '.go.buildinfo': inlineBuildInfo('go1.20.3', own) }));

  expect(packages).toEqual(['stdlib 1.20.3', 'golang.org/x/text v0.3.7']);
});

test('of a program without modules the dependencies are unknown, not none', () => {
  const program = buildElf({ '.go.buildinfo': inlineBuildInfo('go1.19.8', Buffer.alloc(0)) });

  expect(analyze(program)).toEqual({
    packages: ['stdlib 1.19.8'],
    problems: [expect.stringContaining('built without modules')],
  });
});

test('programs in other languages have nothing to tell', () => {
  const misaligned = Buffer.concat([Buffer.alloc(3), inlineBuildInfo('go1.20.3', modules)]);

  expect(analyze(buildElf({ '.data': Buffer.from('hello') }))).toEqual({ packages: [], problems: [] });
  expect(analyze(buildElf({ '.rodata': misaligned }))).toEqual({ packages: [], problems: [] });
});

test.for<[string, Buffer]>([
  ['breaks off', inlineBuildInfo('go1.20.3', modules).subarray(0, 60)],
  ['has a header only', inlineBuildInfo('go1.20.3', modules).subarray(0, 20)],
  [
    'claims a length beyond all bounds',
    Buffer.concat([inlineBuildInfo('', modules).subarray(0, 32), Buffer.alloc(9, 0xff)]),
  ],
])('build information that %s is a problem', ([, section]) => {
  const { packages, problems } = analyze(buildElf({ '.go.buildinfo': section }));

  expect(packages).toEqual([]);
  expect(problems).toHaveLength(1);
});

test('pointers to nowhere are a problem', () => {
  const program = goProgramOfPointers('go1.16', modules, { bits: 64, bigEndian: false });
  program.fill(0xff, 128 + 16, 128 + 24);

  expect(analyze(program).problems).toEqual(['the Go version that its build information points to is not there']);
});

test.for<[string, Buffer]>([
  ['ELF', buildElf({ '.data': Buffer.alloc(40), '.go.buildinfo': inlineBuildInfo('go1.20.3', modules) })],
  ['PE', buildPe({ '.data': inlineBuildInfo('go1.20.3', modules) })],
  ['Mach-O', buildMachO({ __data: Buffer.alloc(40), __go_buildinfo: inlineBuildInfo('go1.20.3', modules) })],
  ['fat Mach-O', buildFatMachO(buildMachO({ __go_buildinfo: inlineBuildInfo('go1.20.3', modules) }))],
])('a damaged program in %s is read without throwing, in bounded time', ([, good]) => {
  const damage = fc.array(fc.record({ at: fc.nat(good.byteLength - 1), byte: fc.nat(255) }), { maxLength: 8 });

  fc.assert(
    fc.property(damage, fc.nat(good.byteLength), (changes, length) => {
      const program = Buffer.from(good);
      for (const { at, byte } of changes) program[at] = byte;
      goBinary.magic?.(program.subarray(0, Math.min(length, 512)));
      analyze(program.subarray(0, length));
      analyze(program);
    }),
    { numRuns: 300 },
  );
});

test('parts that all lie over the whole file are not searched each', () => {
  const file = buildPe({ '.data': Buffer.alloc(1024 ** 2) });
  const hostile = Buffer.concat([file.subarray(0, 0x188), Buffer.alloc(2_000 * 40), file.subarray(0x188 + 40)]);
  hostile.writeUInt16LE(2_000, 134);
  for (let at = 0; at < 2_000; at++) {
    for (const [field, value] of [1_000_000, 4_096, 1_000_000, 0].entries())
      hostile.writeUInt32LE(value, 0x188 + at * 40 + 8 + field * 4);
    hostile.writeUInt32LE(0x80000000, 0x188 + at * 40 + 36);
  }

  expect(analyze(hostile).problems).toEqual([expect.stringContaining('lie over each other')]);
});

test('a section full of beginnings is searched once', () => {
  const beginnings = Buffer.alloc(8 * 1024 ** 2, Buffer.from('x\xff Go buildinf:', 'latin1'));

  // A search from the start for each of them would take hours.
  analyze(buildElf({ '.data': beginnings }, { withoutSections: true }));
});

const real = '/usr/bin/skopeo';

test.skipIf(!existsSync(real))('a real program of Debian says which Go it was built with', () => {
  expect(analyze(readFileSync(real)).packages).toEqual([expect.stringMatching(/^stdlib 1\.\d+/)]);
});
