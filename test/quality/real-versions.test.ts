import { join } from 'node:path';
import * as rubySemver from '@renovatebot/ruby-semver';
import { describe, expect, test } from 'vitest';
import { composer } from '../../src/versions/composer.ts';
import { gem } from '../../src/versions/gem.ts';
import { semver } from '../../src/versions/semver.ts';
import { InvalidVersion, type VersionScheme } from '../../src/versions/version-scheme.ts';
import { findRealData } from './find-real-data.ts';
import { namedVersions, readOsvJson } from './osv-json.ts';

const data = findRealData();

/** By package, every version that its advisories name. */
async function readVersions(ecosystem: string): Promise<readonly (readonly string[])[]> {
  const found = new Map<string, Set<string>>();
  for (const { affected = [] } of await readOsvJson(join(data ?? '', 'osv', ecosystem, 'all.zip'))) {
    for (const each of affected) {
      const versions = found.get(each.package?.name ?? '') ?? new Set();
      for (const version of namedVersions(each)) versions.add(version);
      found.set(each.package?.name ?? '', versions);
    }
  }
  return [...found.values()].map((versions) => [...versions]);
}

function isReadable({ compare }: VersionScheme, version: string): boolean {
  try {
    return compare(version, version) === 0;
  } catch (error) {
    if (error instanceof InvalidVersion) return false;
    throw error;
  }
}

describe.skipIf(!data)('versions of real advisories', () => {
  test.each<[string, VersionScheme]>([
    ['RubyGems', gem],
    ['Packagist', composer],
    ['npm', semver],
  ])('every one of %s can be read', async (ecosystem, scheme) => {
    const versions = (await readVersions(ecosystem)).flat();

    const unreadable = versions.filter((version) => !isReadable(scheme, version));

    expect(unreadable).toEqual([]);
    expect(versions.length).toBeGreaterThan(300);
  });

  test('gems are ordered as another reading of RubyGems orders them', async () => {
    let pairs = 0;
    const different: string[] = [];
    for (const versions of await readVersions('RubyGems')) {
      for (const a of versions) {
        for (const b of versions.slice(0, 8)) {
          pairs++;
          const expected = rubySemver.eq(a, b) ? 0 : rubySemver.gt(a, b) ? 1 : -1;
          if (Math.sign(gem.compare(a, b)) + 0 !== expected) different.push(`${a} ${b}`);
        }
      }
    }

    expect(different).toEqual([]);
    expect(pairs).toBeGreaterThan(5_000);
  });
});
