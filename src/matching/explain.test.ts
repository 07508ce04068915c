import { expect, test } from 'vitest';
import { ecosystems } from '../ecosystems/index.ts';
import type { Advisory, AdvisoryDatabase } from '../model/advisory.ts';
import type { Digest } from '../model/digest.ts';
import type { Inventory, OperatingSystem } from '../model/inventory.ts';
import type { LocatedPackage } from '../model/package.ts';
import { describeRanges, explainScope, explainVulnerability } from './explain.ts';

const layer: Digest = `sha256:${'a'.repeat(64)}`;
const almaLinux8: OperatingSystem = { family: 'almalinux', release: '8.10', name: 'AlmaLinux 8.10' };
const alpine: OperatingSystem = {
  family: 'alpine',
  release: '3.20.3',
  name: 'Alpine Linux v3.20',
  repositories: ['v3.20', 'edge'],
};

const pkg = (ecosystem: string, name: string, version: string, more: Partial<LocatedPackage> = {}): LocatedPackage => ({
  ecosystem,
  name,
  version,
  path: `found/${name}`,
  layer,
  ...more,
});
const inventory = (packages: readonly LocatedPackage[], os?: OperatingSystem): Inventory => ({
  packages,
  problems: [],
  ...(os ? { os } : {}),
});
const advisory = (id: string, fixed: string, more: Partial<Advisory> = {}): Advisory => ({
  id,
  vulnerabilityId: id,
  aliases: [],
  title: '',
  description: '',
  references: [],
  severity: 'unknown',
  exploited: false,
  ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
  versions: [],
  ...more,
});
const database = (
  content: Readonly<Record<string, Readonly<Record<string, readonly Advisory[]>>>>,
): AdvisoryDatabase => ({
  find: (namespace, name) => content[namespace]?.[name] ?? [],
  covers: (namespace) => content[namespace] !== undefined,
  snapshot: { id: 'x', compiledAt: '', checkedAt: '', advisories: 0, namespaces: [], exploited: 0 },
  close: () => {},
});
const explain = (of: Inventory, data: AdvisoryDatabase, id: string) =>
  explainVulnerability(of, data, ecosystems, id).map(
    ({ package: { version }, advisory: { id: by }, verdict, ranges }) => [version, by, verdict.status, ranges],
  );

test('an affected package and one that is past the fix are both told, by any name of the vulnerability', () => {
  const packages = [pkg('npm', 'a', '1.0.0'), pkg('npm', 'a', '2.1.0'), pkg('npm', 'b', '1.0.0')];
  const data = database({
    npm: { a: [advisory('GHSA-1', '2.0.0', { aliases: ['CVE-2026-0001'] }), advisory('GHSA-2', '9.0.0')], b: [] },
  });

  expect(explain(inventory(packages), data, 'CVE-2026-0001')).toEqual([
    ['1.0.0', 'GHSA-1', 'affected', '>= 0, < 2.0.0'],
    ['2.1.0', 'GHSA-1', 'not-affected', '>= 0, < 2.0.0'],
  ]);
});

test('an update of another stream of a module says nothing', () => {
  const node = pkg('rpm', 'nodejs', '1:12.22.12-1.module_el8.6.0+1', { modularity: 'nodejs:12:8060:ad00' });
  const data = database({
    'AlmaLinux:8': {
      nodejs: [
        advisory('ALSA-12', '1:12.22.13-1.module_el8.6.0+2', { vulnerabilityIds: ['CVE-1'], module: 'nodejs:12' }),
        advisory('ALSA-16', '1:16.18.1-1.module_el8.7.0+3', { vulnerabilityIds: ['CVE-1'], module: 'nodejs:16' }),
      ],
    },
  });

  expect(explain(inventory([node], almaLinux8), data, 'CVE-1').map(([, by]) => by)).toEqual(['ALSA-12']);
});

test('the branch that decides is the one that is told', () => {
  const data = database({
    'Alpine:v3.20': { zlib: [advisory('CVE-1', '1.3.1-r1')] },
    'Alpine:edge': { zlib: [advisory('CVE-1', '1.3.2-r0')] },
  });

  expect(explain(inventory([pkg('apk', 'zlib', '1.3.1-r1')], alpine), data, 'CVE-1')).toEqual([
    ['1.3.1-r1', 'CVE-1', 'not-affected', '>= 0, < 1.3.1-r1'],
  ]);
});

test('where each ecosystem is looked up, and whether there is anything', () => {
  const packages = [pkg('npm', 'a', '1'), pkg('apk', 'musl', '1'), pkg('apk', 'zlib', '1')];

  expect(explainScope(inventory(packages, alpine), database({ 'Alpine:v3.20': {} }), ecosystems)).toEqual([
    {
      ecosystem: 'apk',
      packages: 2,
      namespaces: [
        { name: 'Alpine:v3.20', covered: true },
        { name: 'Alpine:edge', covered: false },
      ],
    },
    { ecosystem: 'npm', packages: 1, namespaces: [{ name: 'npm', covered: false }] },
  ]);
});

test('long lists of versions are cut', () => {
  expect(describeRanges({ ranges: [], versions: ['1', '2', '3', '4', '5', '6', '7'] })).toBe(
    '= 1, 2, 3, 4, 5 and 2 more',
  );
});
