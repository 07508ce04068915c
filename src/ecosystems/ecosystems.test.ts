import { expect, test } from 'vitest';
import type { OperatingSystem } from '../model/inventory.ts';
import { apk } from './apk.ts';
import { composer } from './composer.ts';
import { deb } from './deb.ts';
import { ecosystems } from './index.ts';
import { nuget } from './nuget.ts';
import { pypi } from './pypi.ts';
import { rpm } from './rpm.ts';

const os = (family: string, release: string, repositories?: readonly string[]): OperatingSystem => ({
  family,
  release,
  name: family,
  ...(repositories ? { repositories } : {}),
});

test.for<[OperatingSystem, readonly string[]]>([
  [os('debian', '12'), ['Debian:12']],
  [os('debian', '9.13'), ['Debian:9']],
  [os('debian', ''), []],
  [os('debian', 'sid'), []],
  [os('ubuntu', '22.04'), ['Ubuntu:22.04:LTS']],
  [os('ubuntu', '24.10'), ['Ubuntu:24.10']],
  [os('ubuntu', '23.04'), ['Ubuntu:23.04']],
  [os('kali', '2024.1'), []],
])('Debian packages on %o are looked up in %o', ([system, namespaces]) => {
  expect(deb.namespaces(system)).toEqual(namespaces);
});

test.for<[OperatingSystem, readonly string[]]>([
  [os('alpine', '3.20.3'), ['Alpine:v3.20']],
  [os('alpine', '3.20.3', []), ['Alpine:v3.20']],
  [os('alpine', '3.20.3', ['v3.20', 'v3.20']), ['Alpine:v3.20']],
  [os('alpine', '3.19.0', ['v3.20']), ['Alpine:v3.20']],
  [os('alpine', '3.20.3', ['edge', 'v3.21', 'v3.20']), ['Alpine:v3.20', 'Alpine:v3.21', 'Alpine:edge']],
  [os('alpine', '3.20.3', ['edge']), ['Alpine:edge']],
  [os('alpine', '3.23_alpha20250612'), ['Alpine:edge']],
  [os('alpine', '3.20.3', ['../../etc', 'latest-stable']), ['Alpine:v3.20']],
  [os('alpine', ''), []],
  [os('wolfi', '20230201'), ['Wolfi']],
  [os('chainguard', '20230214'), ['Chainguard']],
  [os('postmarketos', 'v24.06'), []],
])('Alpine packages on %o are looked up in %o', ([system, namespaces]) => {
  expect(apk.namespaces(system)).toEqual(namespaces);
});

test('only packages of a distribution depend on the operating system', () => {
  const dependent = ecosystems.filter((ecosystem) => ecosystem.namespaces(undefined).length === 0);

  expect(dependent).toEqual(ecosystems.filter(({ name }) => ['apk', 'deb', 'rpm'].includes(name)));
});

test('a Debian package is looked up by its source package and that version', () => {
  const source = { name: 'brotli', version: '1.0.9-2' };

  expect(deb.lookup({ ecosystem: 'deb', name: 'libbrotli1', version: '1.0.9-2+b6', source })).toEqual(source);
  expect(deb.lookup({ ecosystem: 'deb', name: 'bash', version: '5.2.15-2' })).toEqual({
    name: 'bash',
    version: '5.2.15-2',
  });
});

test('an Alpine package is looked up by its origin and its own version', () => {
  const source = { name: 'openssl', version: '' };

  expect(apk.lookup({ ecosystem: 'apk', name: 'libcrypto3', version: '3.1.4-r5', source })).toEqual({
    name: 'openssl',
    version: '3.1.4-r5',
  });
});

test.for([
  ['almalinux', 'openssl-libs', '1:3.0.7-18.el9'],
  ['rocky', 'openssl', '1:3.0.7-18.el9_src'],
])('an rpm package of %s is looked up as %s %s', ([family = '', name, version]) => {
  const source = { name: 'openssl', version: '1:3.0.7-18.el9_src' };
  const pkg = { ecosystem: 'rpm', name: 'openssl-libs', version: '1:3.0.7-18.el9', source };

  expect(rpm.lookup(pkg, os(family, '9'))).toEqual({ name, version });
  expect(rpm.namespaces(os(family, '9'))).toHaveLength(1);
});

test.for(['Zope.Interface', 'zope-interface', 'zope__interface', 'ZOPE._-interface'])(
  'the Python name %s is normalised',
  (name) => {
    expect(pypi.lookup({ ecosystem: 'pypi', name, version: '1' }).name).toBe('zope-interface');
  },
);

test.for([composer, nuget])('names of $name are looked up without case', ({ name, lookup }) => {
  expect(lookup({ ecosystem: name, name: 'Vendor/Name', version: 'v1.0' })).toEqual({
    name: 'vendor/name',
    version: 'v1.0',
  });
});

test('names and purl types are unique', () => {
  expect(new Set(ecosystems.map((ecosystem) => ecosystem.name)).size).toBe(ecosystems.length);
  expect(new Set(ecosystems.map((ecosystem) => ecosystem.purlType)).size).toBe(ecosystems.length);
});
