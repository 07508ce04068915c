import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layer } from '../../demo/build-layer.ts';
import { analyzeLayer } from '../../src/analyzers/analyze-layer.ts';
import type { Analyzer } from '../../src/analyzers/analyzer.ts';
import { analyzers } from '../../src/analyzers/packages/index.ts';
import { defaultLayerLimits } from '../../src/layers/layer-entry.ts';
import { analyzeText } from '../support/analyze-text.ts';
import { buildElf } from '../support/build-elf.ts';
import { goModules, inlineBuildInfo } from '../support/build-go-program.ts';
import { buildZip } from '../support/build-zip.ts';
import { rpmHeader, toSqlite } from '../support/rpm-databases.ts';

/** One good file for each analyzer; a new analyzer adds its own here. */
const samples: Readonly<Record<string, { readonly path: string; readonly content: string | Uint8Array }>> = {
  apk: { path: 'lib/apk/db/installed', content: 'P:musl\nV:1.2.5-r0\nA:x86_64\no:musl\n\nP:zlib\nV:1.3.1-r1\n\n' },
  'apk-repositories': { path: 'etc/apk/repositories', content: 'https://dl-cdn.alpinelinux.org/alpine/v3.20/main\n' },
  'bun-lock': {
    path: 'app/bun.lock',
    content:
      '{\n"lockfileVersion": 1, "workspaces": { "": { "dependencies": { "a": "1" } } },\n"packages": { "a": ["a@1.0.0", "", { "os": "linux" }, "x"], }, }\n',
  },
  'cargo-lock': {
    path: 'app/Cargo.lock',
    content: '[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry+x"\n',
  },
  'composer-installed': {
    path: 'app/vendor/composer/installed.json',
    content: '{"packages":[{"name":"a/b","version":"v1.0.0","dist":{"type":"zip"}}],"dev":false}',
  },
  'composer-lock': { path: 'app/composer.lock', content: '{"packages":[{"name":"a/b","version":"1.0.0"}]}' },
  'conda-meta': { path: 'opt/conda/conda-meta/a-1.0-0.json', content: '{"build":"0","name":"a","version":"1.0"}' },
  'dotnet-deps': {
    path: 'app/app.deps.json',
    content:
      '{"runtimeTarget":{"name":"t"},"targets":{"t":{"A/1.0.0":{"runtime":{"a.dll":{}}}}},"libraries":{"A/1.0.0":{"type":"package"}}}',
  },
  dpkg: {
    path: 'var/lib/dpkg/status',
    content:
      'Package: bash\nStatus: install ok installed\nSource: bash (5.2-1)\nVersion: 5.2-1+b1\n\nPackage: dash\nStatus: install ok installed\nVersion: 1\n',
  },
  'dpkg-files': { path: 'var/lib/dpkg/info/bash.list', content: '/.\n/bin\n/bin/bash\n' },
  'gemfile-lock': {
    path: 'app/Gemfile.lock',
    content: 'GEM\n  remote: x\n  specs:\n    a (1.0-java)\n      b (> 1)\n',
  },
  gemspec: {
    path: 'usr/lib/ruby/gems/3.1.0/specifications/a-1.0.gemspec',
    content: 'Gem::Specification.new do |s|\n  s.name = "a".freeze\n  s.version = "1.0"\nend\n',
  },
  'go-binary': {
    path: 'usr/local/bin/app',
    content: buildElf({ '.go.buildinfo': inlineBuildInfo('go1.20.3', goModules('dep\ta.b/c\tv1.0.0')) }),
  },
  'go-mod': { path: 'app/go.mod', content: 'module a\nrequire b.c/d v1.0.0\n' },
  'go-toolchain': { path: 'usr/local/go/VERSION', content: 'go1.21.5\ntime 2023-11-29T21:21:46Z\n' },
  'gradle-lock': { path: 'app/gradle.lockfile', content: 'a:b:1.0=runtimeClasspath\n' },
  java: {
    path: 'app/lib/a.jar',
    content: buildZip([
      { name: 'META-INF/maven/a/b/pom.properties', content: 'groupId=a\nartifactId=b\nversion=1.0\n' },
    ]),
  },
  'java-runtime': {
    path: 'opt/java/openjdk/release',
    content: 'IMPLEMENTOR="Eclipse Adoptium"\nJAVA_VERSION="17.0.9"\nMODULES="java.base"\n',
  },
  'known-program': {
    path: 'usr/local/bin/node',
    content: buildElf({ '.rodata': Buffer.from('\0node.js/v20.1.0\0') }),
  },
  npm: { path: 'app/node_modules/a/package.json', content: '{"name":"a","version":"1.0.0"}' },
  'nuget-config': {
    path: 'app/packages.config',
    content: '<?xml version="1.0"?>\n<packages>\n  <!-- x --><package id="A" version="1.0" />\n</packages>\n',
  },
  'nuget-lock': {
    path: 'app/packages.lock.json',
    content: '{"version":1,"dependencies":{"net6.0":{"A":{"type":"Direct","resolved":"1.0.0"}}}}',
  },
  'os-release': { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n' },
  'package-lock': {
    path: 'app/package-lock.json',
    content: '{"lockfileVersion":3,"packages":{"":{"name":"x"},"node_modules/a":{"version":"1.0.0","os":["linux"]}}}',
  },
  'pdm-lock': {
    path: 'app/pdm.lock',
    content: '[metadata]\nlock_version = "4.4"\n\n[[package]]\nname = "a"\nversion = "1.0"\ngroups = ["default"]\n',
  },
  'pipfile-lock': {
    path: 'app/Pipfile.lock',
    content: '{"default":{"a":{"version":"==1.0","hashes":["x"]}},"develop":{}}',
  },
  'pnpm-lock': {
    path: 'app/pnpm-lock.yaml',
    content:
      "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a: {specifier: ^1, version: 1.0.0}\npackages:\n  a@1.0.0:\n    os: [linux]\nsnapshots:\n  a@1.0.0: {}\n",
  },
  'poetry-lock': {
    path: 'app/poetry.lock',
    content: '[[package]]\nname = "a"\nversion = "1.0"\nfiles = [\n  {file = "a.whl", hash = "x"},\n]\n',
  },
  pylock: {
    path: 'app/pylock.toml',
    content: "lock-version = '1.0'\n[[packages]]\nname = 'a'\nversion = '1.0'\nwheels = [{ name = 'x' }]\n",
  },
  python: { path: 'usr/lib/python3/dist-packages/a.dist-info/METADATA', content: 'Name: a\nVersion: 1.0\n\ntext\n' },
  'python-egg': {
    path: 'usr/lib/python3/site-packages/a-1.0-py3.8.egg',
    content: buildZip([{ name: 'EGG-INFO/PKG-INFO', content: 'Name: a\nVersion: 1.0\n' }]),
  },
  'python-requirements': { path: 'app/requirements.txt', content: 'a[x]==1.0 ; y == "z" \\\n  --hash=x:y # b\nc>=1\n' },
  'release-file': { path: 'etc/redhat-release', content: 'CentOS release 6.10 (Final)\n' },
  rpm: {
    path: 'var/lib/rpm/rpmdb.sqlite',
    content: toSqlite([rpmHeader({ 1000: 'a', 1001: '1.0', 1002: '1.el9', 1117: ['b'], 1116: [0], 1118: ['/c/'] })])
      .main,
  },
  'rpm-manifest': {
    path: 'var/lib/rpmmanifest/container-manifest-2',
    content: 'a\t1.0-1.cm2\t1\t1\tMicrosoft\t(none)\t1\tx86_64\t0\ta-1.0-1.cm2.src.rpm\n',
  },
  'rust-binary': {
    path: 'usr/local/bin/app',
    content: buildElf({ '.dep-v0': deflateSync('{"packages":[{"name":"a","version":"1.0.0"}]}') }),
  },
  'uv-lock': {
    path: 'app/uv.lock',
    content:
      '[[package]]\nname = "x"\nsource = { virtual = "." }\ndependencies = [{ name = "a" }]\n\n[[package]]\nname = "a"\nversion = "1.0"\n',
  },
  'yarn-lock': {
    path: 'app/yarn.lock',
    content:
      '__metadata:\n  version: 8\n\n"a@npm:^1":\n  version: 1.0.0\n  resolution: "a@npm:1.0.0"\n  linkType: hard\n',
  },
};
const TEXT = /"(?:[^"\\]|\\.)*"/g;
const decoys = [
  'etc/passwd',
  'usr/bin/ls',
  'app/index.js',
  'a',
  'var/lib/dpkg',
  'etc',
  'node_modules',
  'x'.repeat(4_000),
  'a/'.repeat(2_000),
];

test('every analyzer has a name of its own and a sample here', () => {
  expect(Object.keys(samples)).toEqual(analyzers.map(({ name }) => name).toSorted());
});

describe.each(analyzers.map((analyzer): [string, Analyzer] => [analyzer.name, analyzer]))(
  'the analyzer %s',
  (name, analyzer) => {
    const { path, content } = samples[name] ?? { path: '', content: '' };

    test('wants its files by path alone, and where that tells nothing by their first bytes, the same each time', () => {
      const reads = (each: string) => analyzer.wants(each) && (analyzer.magic?.(Buffer.from('#!/bin/sh\n')) ?? true);

      const first = [analyzer.wants(path), ...decoys.map(reads)];

      expect(first).toEqual([true, ...decoys.map(() => false)]);
      expect(analyzer.magic?.(Buffer.from(content)) ?? true).toBe(true);
      expect([analyzer.wants(path), ...decoys.map(reads)]).toEqual(first);
    });

    test('answers about any path', () => {
      fc.assert(
        fc.property(
          fc.oneof(
            fc.string({ maxLength: 300 }),
            fc
              .array(fc.constantFrom('node_modules', '@a', 'b', 'package.json', 'x.egg-info'), { maxLength: 300 })
              .map((parts) => parts.join('/')),
          ),
          (any) => {
            expect(typeof analyzer.wants(any)).toBe('boolean');
          },
        ),
      );
    });

    test('finds something in a good file and has nothing to complain about', () => {
      const { findings, problems } = analyzeText(analyzer, path, content);

      expect(findings.length).toBeGreaterThan(0);
      expect(problems).toEqual([]);
      expect(JSON.parse(JSON.stringify(findings))).toEqual(findings);
    });

    test('keeps no state between files', () => {
      const first = analyzeText(analyzer, path, content);
      analyzeText(analyzer, path, content.slice(0, Math.floor(content.length / 2)));

      expect(analyzeText(analyzer, path, content)).toEqual(first);
    });

    test('reads every beginning of a good file without throwing', () => {
      for (let length = 0; length <= content.length; length++) analyzeText(analyzer, path, content.slice(0, length));
    });

    test('reads noise without throwing, and what it finds is plain text of bounded length', () => {
      const noise = fc.oneof(
        fc.uint8Array({ maxLength: 400 }),
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc
          .array(
            fc.constantFrom(
              '\n',
              '\r',
              ':',
              ' ',
              '\t',
              '=',
              '"',
              "'",
              '\\',
              '{',
              '}',
              '\0',
              'Package',
              'Version',
              'P',
              'V',
              'Name',
              'ID',
              'a',
              '(',
              ')',
            ),
            { maxLength: 100 },
          )
          .map((parts) => parts.join('')),
      );
      fc.assert(
        fc.property(noise, (bytes) => {
          const { findings } = analyzeText(analyzer, path, bytes);

          for (const text of JSON.stringify(findings).match(TEXT) ?? []) expect(text.length).toBeLessThan(4_000);
        }),
        { numRuns: 300 },
      );
    });

    test('reads a damaged file without throwing, and what it finds is plain text of bounded length', () => {
      const damage = fc.record({
        at: fc.nat({ max: content.length }),
        removed: fc.nat({ max: 12 }),
        added: fc.oneof(
          fc.constantFrom(
            '',
            '{',
            '}',
            '[',
            ']',
            '"',
            "'",
            ':',
            '\n',
            '  ',
            ', ',
            '__proto__',
            '1',
            'null',
            '-',
            '@',
            '(',
            '/',
          ),
          fc.nat({ max: content.length }).map((from) => content.slice(from, from + 20)),
        ),
      });
      fc.assert(
        fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
          let bytes = Buffer.from(content);
          for (const { at, removed, added } of damages)
            bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(added), bytes.subarray(at + removed)]);

          const { findings, problems } = analyzeText(analyzer, path, bytes);

          for (const text of JSON.stringify([findings, problems]).match(TEXT) ?? [])
            expect(text.length).toBeLessThan(4_000);
        }),
        { numRuns: 300 },
      );
    });

    test.each([
      ['one line', 'a'],
      ['lines', '\n'],
      ['colons', ':'],
      ['blanks', ' '],
      ['quotes', '"'],
      ['backslashes', '\\'],
      ['brackets', '['],
      ['fields', 'A:b\n'],
    ])('reads a megabyte of %s in linear time', (_, unit) => {
      // A quadratic reader needs minutes for this and fails by the test's own time limit.
      analyzeText(analyzer, path, unit.repeat(1024 ** 2 / unit.length));
    });

    test('a file that is too large is a problem of the report, and its path is known', async () => {
      const small = { ...analyzer, maxBytes: content.length - 1 };
      const { bytes, digest } = layer().file(path, content).gzip();

      const report = await analyzeLayer(
        Readable.from([bytes]),
        digest,
        { analyzers: [small], limits: defaultLayerLimits },
        new AbortController().signal,
      );

      expect(report.files).toEqual({ [path]: [] });
      expect(report.problems).toMatchObject([{ path, analyzer: name, cause: 'limit-exceeded' }]);
    });

    test('is pure: its file imports no I/O', () => {
      const file = new URL(`../../src/analyzers/packages/${name}.ts`, import.meta.url);

      expect(readFileSync(file, 'utf8')).not.toMatch(/from 'node:|process\.|Date\.now|Math\.random/);
    });
  },
);
