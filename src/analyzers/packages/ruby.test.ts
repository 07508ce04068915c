import { describe, expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { showPackages } from '../../../test/support/show-packages.ts';
import { gemfileLock } from './gemfile-lock.ts';
import { gemspec } from './gemspec.ts';

describe('an installed gem', () => {
  const PATH = 'usr/local/bundle/specifications/rack-2.2.4.gemspec';

  test.each([
    [PATH, true],
    ['var/lib/gems/3.1.0/specifications/default/json-2.6.1.gemspec', true],
    ['usr/share/rubygems-integration/all/specifications/rack-2.2.6.4.gemspec', true],
    ['usr/local/bundle/gems/rack-2.2.4/rack.gemspec', false],
    ['app/app.gemspec', false],
    ['app/my_specifications/a-1.gemspec', false],
    ['app/test/specifications/a-1.gemspec', false],
  ])('%s is wanted: %s', (path, wanted) => {
    expect(gemspec.wants(path)).toBe(wanted);
  });

  test.each([
    [
      '# -*- encoding: utf-8 -*-\n# stub: rack 2.2.4 ruby lib\n\nGem::Specification.new do |s|\n  s.name = "x"\n',
      'rack 2.2.4',
    ],
    ['Gem::Specification.new do |s|\n  s.name = "rack-test".freeze\n  s.version = "2.0.2"\nend\n', 'rack-test 2.0.2'],
    [
      "Gem::Specification.new do |spec|\r\n  spec.version = Gem::Version.new('1.0.b')\r\n  spec.name    = 'a'\r\n",
      'a 1.0.b',
    ],
    ['Gem::Specification.new do |s|\n  s.name = "other"\n  s.version = VERSION\n', 'other 2.2.4'],
    ['', 'rack 2.2.4'],
  ])('%j is %s', (text, shown) => {
    expect(showPackages(gemspec, PATH, text)).toEqual({ packages: [shown], problems: [] });
  });

  test.each([
    ['nokogiri-1.15.4-x86_64-linux', 'nokogiri 1.15.4'],
    ['aws-sdk-s3-1.2.3', 'aws-sdk-s3 1.2.3'],
    ['rails-7.0.0.alpha2', 'rails 7.0.0.alpha2'],
  ])('the file name %s is %s', (name, shown) => {
    expect(showPackages(gemspec, `specifications/${name}.gemspec`, '').packages).toEqual([shown]);
  });

  test('what says nothing is a problem', () => {
    expect(showPackages(gemspec, 'specifications/rack.gemspec', 'x'.repeat(100_000)).problems).toEqual([
      '1 entry without a valid name and version; the first is "rack"',
    ]);
  });

  test('is installed', () => {
    expect(analyzeText(gemspec, PATH, '').findings).toEqual([
      { kind: 'package', package: { ecosystem: 'gem', name: 'rack', version: '2.2.4' } },
    ]);
  });
});

describe('Gemfile.lock', () => {
  const shown = (text: string) => showPackages(gemfileLock, 'app/Gemfile.lock', text);

  test.each([
    ['app/Gemfile.lock', true],
    ['app/gems.locked', true],
    ['usr/local/bundle/gems/rack-2.2.4/Gemfile.lock', false],
    ['app/vendor/bundle/ruby/3.1.0/gems/rack-2.2.4/Gemfile.lock', false],
  ])('%s is wanted: %s', (path, wanted) => {
    expect(gemfileLock.wants(path)).toBe(wanted);
  });

  test('gems of every source but the project itself', () => {
    const text = `GIT
  remote: https://example.org/tool.git
  revision: 0123456789abcdef
  specs:
    tool (0.9.0)

PATH
  remote: .
  specs:
    app (1.0.0)
      rack (>= 2.0)

GEM
  remote: https://registry.example.org/
  specs:
    mini_portile2 (2.8.4)
    nokogiri (1.15.4)
      mini_portile2 (~> 2.8.2)
      racc (~> 1.4)
    nokogiri (1.15.4-x86_64-linux)
      racc (~> 1.4)
    racc (1.7.1.pre)

PLATFORMS
  ruby
  x86_64-linux

DEPENDENCIES
  app!
  nokogiri

CHECKSUMS
  racc (1.7.1) sha256=af64124836fdd3c00e830703d7f873ea5deabde923f37006a39f5a5e0da16387

RUBY VERSION
   ruby 3.2.2p53

BUNDLED WITH
   2.4.10
`;

    expect(shown(text)).toEqual({
      packages: ['tool 0.9.0', 'mini_portile2 2.8.4', 'nokogiri 1.15.4', 'racc 1.7.1.pre'],
      problems: [],
    });
  });

  test.each([
    ['GEM\n  specs:\n    rack (2.', '1 entry without a valid name and version; the first is "rack (2."'],
    ['GEM\n  specs:\n    rack\n', 'the first is "rack"'],
    ['<<<<<<< HEAD\n', 'the first is "<<<<<<< HEAD"'],
    ['{}', 'the first is "{}"'],
  ])('%j is a problem', (text, message) => {
    expect(shown(text)).toEqual({ packages: [], problems: [expect.stringContaining(message)] });
  });
});
