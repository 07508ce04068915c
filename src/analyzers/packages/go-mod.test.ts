import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { goMod } from './go-mod.ts';

/** `name version` of every package; and what was complained about. */
function analyze(text: string) {
  const { findings, problems } = analyzeText(goMod, 'app/go.mod', text);
  const packages = findings.flatMap((finding) => (finding.kind === 'package' ? [finding.package] : []));
  return { packages: packages.map(({ name, version }) => `${name} ${version}`), problems };
}

test('requirements are listed, after replacements, direct and indirect ones', () => {
  const text = `// A comment.
module example.com/app // the app

go 1.21

require github.com/one/alone v1.0.0
require (
	golang.org/x/net v0.7.0
	"github.com/quoted/name" v1.2.3 // indirect
	github.com/old/everywhere v1.0.0
	github.com/old/once v1.0.0
	github.com/old/twice v1.0.0
	github.com/local/fork v1.0.0
	example.com/dots...and//slashes v2.0.0+incompatible
)
exclude golang.org/x/net v0.6.0
replace github.com/old/everywhere => github.com/new/everywhere v1.1.0
replace (
	github.com/old/once v1.0.0 => github.com/new/once v1.1.0
	github.com/old/twice v1.0.0 => github.com/new/twice v1.1.0
	github.com/old/twice => github.com/other/twice v1.2.0
	github.com/local/fork => ../fork
)
retract [v1.0.0, v1.1.0]
`;

  expect(analyze(text)).toEqual({
    packages: [
      'github.com/one/alone v1.0.0',
      'golang.org/x/net v0.7.0',
      'github.com/quoted/name v1.2.3',
      'github.com/new/everywhere v1.1.0',
      'github.com/new/once v1.1.0',
      'github.com/new/twice v1.1.0',
      'example.com/dots...and//slashes v2.0.0+incompatible',
    ],
    problems: [],
  });
});

test('they are locked, not installed', () => {
  expect(analyzeText(goMod, 'go.mod', 'require a.b/c v1.0.0\n').findings).toEqual([
    { kind: 'package', package: { ecosystem: 'golang', name: 'a.b/c', version: 'v1.0.0', evidence: 'lock' } },
  ]);
});

test("Go's own sources are no project", () => {
  expect(analyze('module std\nrequire golang.org/x/net v0.7.0\n').packages).toEqual([]);
});

test.for([
  'require a.b/c latest',
  'require a.b/c',
  'replace a.b/c v1.0.0',
  'require (\na.b/c\n)',
  `require ${'a'.repeat(5_000)} v1.0.0`,
])('a line of no known form is a problem: %s', (line) => {
  expect(analyze(`require x.y/z v1.0.0\n${line}\n`).packages).toEqual(['x.y/z v1.0.0']);
});
