import { PackageURL } from 'packageurl-js';
import { expect, test } from 'vitest';
import type { OperatingSystem } from '../model/inventory.ts';
import type { Package } from '../model/package.ts';
import { purlOf } from './purl.ts';

const os = (family: string, release: string): OperatingSystem => ({ family, release, name: family });
const pkg = (ecosystem: string, name: string, version: string, more: Partial<Package> = {}): Package => ({
  ecosystem,
  name,
  version,
  ...more,
});

// Spellings of https://github.com/package-url/purl-spec/blob/main/PURL-TYPES.rst
test.for<[Package, OperatingSystem | undefined, string]>([
  [
    pkg('deb', 'libssl3', '3.0.11-1~deb12u2', {
      architecture: 'amd64',
      source: { name: 'openssl', version: '3.0.11-1~deb12u2' },
    }),
    os('debian', '12'),
    'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl',
  ],
  [
    pkg('deb', 'libbrotli1', '1.0.9-2+b6', { source: { name: 'brotli', version: '1.0.9-2' } }),
    os('debian', '12'),
    'pkg:deb/debian/libbrotli1@1.0.9-2+b6?distro=debian-12&upstream=brotli%401.0.9-2',
  ],
  [pkg('deb', 'bash', '1:5.2-2'), os('ubuntu', '22.04'), 'pkg:deb/ubuntu/bash@1:5.2-2?distro=ubuntu-22.04'],
  [
    pkg('apk', 'libcrypto3', '3.1.4-r5', { architecture: 'x86_64', source: { name: 'openssl', version: '' } }),
    os('alpine', '3.20.3'),
    'pkg:apk/alpine/libcrypto3@3.1.4-r5?arch=x86_64&distro=alpine-3.20.3&upstream=openssl',
  ],
  [pkg('apk', 'zlib', '1.3.1-r1'), undefined, 'pkg:apk/zlib@1.3.1-r1'],
  [pkg('npm', '@babel/core', '7.24.0'), os('debian', '12'), 'pkg:npm/%40babel/core@7.24.0'],
  [pkg('npm', 'lodash', '4.17.4'), undefined, 'pkg:npm/lodash@4.17.4'],
  [pkg('pypi', 'Foo_Bar', '1.0'), undefined, 'pkg:pypi/foo-bar@1.0'],
  [pkg('golang', 'github.com/BurntSushi/toml', 'v1.3.2'), undefined, 'pkg:golang/github.com/BurntSushi/toml@v1.3.2'],
  [pkg('golang', 'stdlib', '1.21.0'), undefined, 'pkg:golang/stdlib@1.21.0'],
  [pkg('composer', 'Symfony/Http-Kernel', 'v6.0.0'), undefined, 'pkg:composer/symfony/http-kernel@v6.0.0'],
  [pkg('cargo', 'rand', '0.7.2'), undefined, 'pkg:cargo/rand@0.7.2'],
  [pkg('nuget', 'EnterpriseLibrary.Common', '6.0.1304'), undefined, 'pkg:nuget/EnterpriseLibrary.Common@6.0.1304'],
])('%o is written as the specification says', ([found, system, expected]) => {
  const purl = purlOf(found, system);

  expect(purl).toBe(expected);
  expect(PackageURL.fromString(purl ?? '').toString()).toBe(expected);
});

test.for([pkg('no-such-kind', 'a', '1'), pkg('npm', '', '1.0.0')])('%o has none', (found) => {
  expect(purlOf(found, undefined)).toBeUndefined();
});
