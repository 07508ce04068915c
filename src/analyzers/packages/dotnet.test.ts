import { describe, expect, test } from 'vitest';
import { showPackages } from '../../../test/support/show-packages.ts';
import { dotnetDeps } from './dotnet-deps.ts';
import { nugetConfig } from './nuget-config.ts';
import { nugetLock } from './nuget-lock.ts';

describe('app.deps.json', () => {
  const shown = (value: unknown) => showPackages(dotnetDeps, 'app/app.deps.json', JSON.stringify(value));

  test('packages that brought a file, and the runtime of the application', () => {
    const target = {
      'app/1.0.0': { dependencies: { 'Newtonsoft.Json': '13.0.1' }, runtime: { 'app.dll': {} } },
      'Newtonsoft.Json/13.0.1': { runtime: { 'lib/netstandard2.0/Newtonsoft.Json.dll': {} } },
      'SQLite/1.0.0': { runtimeTargets: { 'runtimes/linux-x64/native/libsqlite.so': { rid: 'linux-x64' } } },
      'Native/1.0.0': { native: { 'libnative.so': {} } },
      'NETStandard.Library/2.0.3': { dependencies: { 'Microsoft.NETCore.Platforms': '1.1.0' } },
      'Empty/1.0.0': { runtime: {} },
      'runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.5': { runtime: { 'System.Private.CoreLib.dll': {} } },
    };
    const libraries = {
      'app/1.0.0': { type: 'project' },
      'Newtonsoft.Json/13.0.1': { type: 'package', serviceable: true, sha512: 'sha512-x' },
      'SQLite/1.0.0': { type: 'package' },
      'Native/1.0.0': { type: 'package' },
      'NETStandard.Library/2.0.3': { type: 'package' },
      'Empty/1.0.0': { type: 'package' },
      'Undescribed/1.0.0-beta.1': { type: 'package' },
      'Reference/1.0.0.0': { type: 'reference' },
      'runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.5': { type: 'runtimepack' },
    };
    const name = '.NETCoreApp,Version=v6.0/linux-x64';

    expect(shown({ runtimeTarget: { name }, targets: { [name]: target }, libraries })).toEqual({
      packages: [
        'Newtonsoft.Json 13.0.1',
        'SQLite 1.0.0',
        'Native 1.0.0',
        'Undescribed 1.0.0-beta.1',
        'Microsoft.NETCore.App.Runtime.linux-x64 6.0.5',
      ],
      problems: [],
    });
  });

  test.each([
    [{}, 'no valid libraries'],
    [{ libraries: { a: { type: 'package' } } }, '1 entry without a valid name and version; the first is "a"'],
    [{ libraries: { 'a/1': 1 } }, 'no valid libraries.a/1'],
  ])('%j is a problem', (value, message) => {
    expect(shown(value)).toEqual({ packages: [], problems: [message] });
  });
});

test('packages.lock.json: every framework once, without projects', () => {
  const frameworks = {
    'net6.0': {
      Serilog: { type: 'Direct', requested: '[2.10.0, )', resolved: '2.10.0', contentHash: 'x' },
      'System.Text.Json': { type: 'Transitive', resolved: '6.0.0' },
      own: { type: 'Project', dependencies: {} },
      broken: { type: 'Direct' },
    },
    'net8.0': { Serilog: { type: 'Direct', resolved: '2.10.0' }, 'System.Text.Json': { resolved: '8.0.0' } },
  };

  expect(
    showPackages(nugetLock, 'app/packages.lock.json', JSON.stringify({ version: 1, dependencies: frameworks })),
  ).toEqual({
    packages: ['Serilog 2.10.0', 'System.Text.Json 6.0.0', 'System.Text.Json 8.0.0'],
    problems: ['1 entry without a valid name and version; the first is "broken"'],
  });
});

describe('packages.config', () => {
  const shown = (text: string) => showPackages(nugetConfig, 'app/packages.config', text);

  test('what is not for development', () => {
    const text = `\uFEFF<?xml version="1.0" encoding="utf-8"?>
<packages>
  <package id="jQuery" version="3.1.1" targetFramework="net46" />
  <!-- <package id="Old" version="1.0.0" /> -->
  <package
    id="NLog"
    version="4.3.10" />
  <package id="NUnit" version="3.0.0" developmentDependency="true" />
</packages>
`;

    expect(shown(text)).toEqual({ packages: ['jQuery 3.1.1', 'NLog 4.3.10'], problems: [] });
  });

  test.each([
    ['', 'no <packages> element'],
    ['<packages><package id="a" /></packages>', '1 entry without'],
  ])('%j is a problem', (text, message) => {
    expect(shown(text)).toEqual({ packages: [], problems: [expect.stringContaining(message)] });
  });
});
