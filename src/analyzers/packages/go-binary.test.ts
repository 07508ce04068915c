import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { buildElf } from '../../../test/support/build-elf.ts';
import { goModules, goProgramOfPointers, inlineBuildInfo } from '../../../test/support/build-go-program.ts';
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

test('a damaged program is read without throwing, in bounded time', () => {
  const good = buildElf({ '.data': Buffer.alloc(40), '.go.buildinfo': inlineBuildInfo('go1.20.3', modules) });
  const damage = fc.array(fc.record({ at: fc.nat(good.byteLength - 1), byte: fc.nat(255) }), { maxLength: 8 });

  fc.assert(
    fc.property(damage, fc.nat(good.byteLength), (changes, length) => {
      const program = Buffer.from(good);
      for (const { at, byte } of changes) program[at] = byte;
      analyze(program.subarray(0, length));
      analyze(program);
    }),
    { numRuns: 300 },
  );
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
