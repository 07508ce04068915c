import { describe, expect, test } from 'vitest';
import { ecosystems } from '../ecosystems/index.ts';
import type { Advisory, AdvisoryDatabase } from '../model/advisory.ts';
import type { Digest } from '../model/digest.ts';
import type { Inventory, OperatingSystem } from '../model/inventory.ts';
import type { LocatedPackage } from '../model/package.ts';
import { match } from './match.ts';

const layer: Digest = `sha256:${'a'.repeat(64)}`;
const debian12: OperatingSystem = { family: 'debian', release: '12', name: 'Debian GNU/Linux 12 (bookworm)' };
const alpine: OperatingSystem = { family: 'alpine', release: '3.20.3', name: 'Alpine Linux v3.20' };

const pkg = (ecosystem: string, name: string, version: string, more: Partial<LocatedPackage> = {}): LocatedPackage => ({
  ecosystem,
  name,
  version,
  path: `found/${name}`,
  layer,
  ...more,
});

const advisory = (id: string, fixed: string | undefined, more: Partial<Advisory> = {}): Advisory => ({
  id,
  vulnerabilityId: id,
  aliases: [],
  title: '',
  description: '',
  references: [],
  severity: 'unknown',
  exploited: false,
  ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, ...(fixed === undefined ? [] : [{ fixed }])] }],
  versions: [],
  ...more,
});

/** `{ 'Debian:12': { openssl: [advisory] } }`; a namespace without packages is covered and clean. */
function database(content: Readonly<Record<string, Readonly<Record<string, readonly Advisory[]>>>>): AdvisoryDatabase {
  return {
    find: (namespace, name) => content[namespace]?.[name] ?? [],
    covers: (namespace) => content[namespace] !== undefined,
    snapshot: { id: 'x', compiledAt: '', checkedAt: '', advisories: 0, namespaces: [], exploited: 0 },
    close: () => {},
  };
}

const inventory = (packages: readonly LocatedPackage[], os?: OperatingSystem): Inventory => ({
  packages,
  problems: [],
  ...(os ? { os } : {}),
});

test('two binary packages of one vulnerable source are one vulnerability with two affected packages', () => {
  const source = { name: 'openssl', version: '3.0.11-1~deb12u2' };
  const packages = [
    pkg('deb', 'libssl3', '3.0.11-1~deb12u2', { source }),
    pkg('deb', 'openssl', '3.0.11-1~deb12u2', { source }),
  ];
  const data = database({
    'Debian:12': {
      openssl: [
        advisory('DEBIAN-CVE-2024-5535', '3.0.15-1~deb12u1', {
          vulnerabilityId: 'CVE-2024-5535',
          severity: 'critical',
        }),
      ],
    },
  });

  const result = match(inventory(packages, debian12), data, ecosystems);

  expect(result).toEqual({
    coverage: 'known',
    gaps: [],
    suppressed: [],
    vulnerabilities: [
      expect.objectContaining({
        id: 'CVE-2024-5535',
        aliases: ['DEBIAN-CVE-2024-5535'],
        severity: 'critical',
        affected: packages.map((each) => ({
          package: each,
          advisoryId: 'DEBIAN-CVE-2024-5535',
          fixedVersion: '3.0.15-1~deb12u1',
        })),
      }),
    ],
  });
});

test('a rebuilt binary (binNMU) is compared by the version of its source', () => {
  const brotli = pkg('deb', 'libbrotli1', '1.0.9-2+b6', { source: { name: 'brotli', version: '1.0.9-2' } });
  const data = database({ 'Debian:12': { brotli: [advisory('A', '1.0.9-2+b1')] } });

  const result = match(inventory([brotli], debian12), data, ecosystems);

  expect(result.vulnerabilities).toHaveLength(1);
});

test('several advisories for one vulnerability are merged, with the fix that satisfies all', () => {
  const jinja = pkg('pypi', 'Jinja2', '2.10');
  const data = database({
    PyPI: {
      jinja2: [
        advisory('PYSEC-2019-217', '2.10.1', { vulnerabilityId: 'CVE-2019-10906', published: '2019-04-07T00:00:00Z' }),
        advisory('GHSA-462w-v97r-4m45', '2.10.2', {
          vulnerabilityId: 'CVE-2019-10906',
          aliases: ['CVE-2019-10906'],
          title: 'Jinja2 sandbox escape via string formatting',
          severity: 'high',
          cvss: { score: 8.6, vector: 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:N' },
          published: '2019-04-10T14:30:24Z',
          exploited: true,
        }),
        advisory('OTHER-1', undefined, { vulnerabilityId: 'CVE-2019-10906', severity: 'medium' }),
      ],
    },
  });

  const { vulnerabilities } = match(inventory([jinja]), data, ecosystems);

  expect(vulnerabilities).toEqual([
    {
      id: 'CVE-2019-10906',
      aliases: ['GHSA-462w-v97r-4m45', 'OTHER-1', 'PYSEC-2019-217'],
      title: 'Jinja2 sandbox escape via string formatting',
      description: '',
      references: [],
      published: '2019-04-07T00:00:00Z',
      severity: 'high',
      cvss: { score: 8.6, vector: 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:N' },
      exploited: true,
      affected: [{ package: jinja, advisoryId: 'GHSA-462w-v97r-4m45', fixedVersion: '2.10.2' }],
    },
  ]);
});

describe('an update that mends several vulnerabilities', () => {
  const kernel = pkg('rpm', 'kernel', '4.18.0-1.el8');
  const alma: OperatingSystem = { family: 'almalinux', release: '8.10', name: 'AlmaLinux 8.10' };
  const update = (id: string, fixed: string, ids: readonly string[], more: Partial<Advisory> = {}) =>
    advisory(id, fixed, { vulnerabilityIds: ids, ...more });

  test('counts once for each, and the highest fix of each', () => {
    const data = database({
      'AlmaLinux:8': {
        kernel: [
          update('ALSA-1', '4.18.0-2.el8', ['CVE-1', 'CVE-2'], { aliases: ['CVE-1', 'CVE-2'], severity: 'high' }),
          update('ALSA-2', '4.18.0-3.el8', ['CVE-2', 'CVE-3'], { severity: 'medium' }),
        ],
      },
    });

    const { vulnerabilities } = match(inventory([kernel], alma), data, ecosystems);

    expect(
      vulnerabilities.map(({ id, aliases, severity, affected }) => [
        id,
        aliases.join(),
        severity,
        affected.map(({ fixedVersion }) => fixedVersion).join(),
      ]),
    ).toEqual([
      ['CVE-1', 'ALSA-1', 'high', '4.18.0-2.el8'],
      ['CVE-2', 'ALSA-1,ALSA-2', 'high', '4.18.0-3.el8'],
      ['CVE-3', 'ALSA-2', 'medium', '4.18.0-3.el8'],
    ]);
  });

  test('is no rating of one of them where that is known by itself', () => {
    const data = {
      ...database({
        'AlmaLinux:8': {
          kernel: [update('A', '4.18.0-2.el8', ['CVE-1', 'CVE-2'], { severity: 'critical', ratedAsWhole: true })],
        },
      }),
      vulnerability: (id: string) =>
        id === 'CVE-1'
          ? ({
              severity: 'low',
              exploited: true,
              exploitPublic: true,
              epss: { probability: 0.5, percentile: 0.9 },
            } as const)
          : undefined,
    };

    expect(match(inventory([kernel], alma), data, ecosystems).vulnerabilities).toMatchObject([
      { id: 'CVE-2', severity: 'critical', exploited: false },
      { id: 'CVE-1', severity: 'low', exploited: true, exploitPublic: true, epss: { probability: 0.5 } },
    ]);
  });
});

test('what the maintainers say is told where there is no fix, and only there', () => {
  const data = database({
    npm: {
      a: [
        advisory('A', undefined, { status: 'will-not-fix' }),
        advisory('B', '2.0.0', { status: 'deferred' }),
        advisory('C', undefined),
      ],
    },
  });

  const { vulnerabilities } = match(inventory([pkg('npm', 'a', '1.0.0')]), data, ecosystems);

  expect(vulnerabilities.map(({ id, affected: [first] }) => [id, first?.status, first?.fixedVersion])).toEqual([
    ['A', 'will-not-fix', undefined],
    ['B', undefined, '2.0.0'],
    ['C', undefined, undefined],
  ]);
});

describe('a package that one of the system installed', () => {
  const owned = pkg('pypi', 'jinja2', '2.10', { ownedBy: { ecosystem: 'deb', name: 'python3-jinja2' } });
  const bash = pkg('deb', 'bash', '5.2.15-2');
  const pypi = { jinja2: [advisory('PYSEC-1', '2.11')] };

  test('is left to the advisories of the system, with the reason', () => {
    const data = database({ 'Debian:12': {}, PyPI: pypi });

    const result = match(inventory([bash, owned], debian12), data, ecosystems);

    expect(result).toMatchObject({
      coverage: 'known',
      vulnerabilities: [],
      suppressed: [
        {
          reason: 'owned-by-system-package',
          detail: 'installed by the deb package python3-jinja2',
          vulnerability: { id: 'PYSEC-1', affected: [{ package: owned, fixedVersion: '2.11' }] },
        },
      ],
    });
  });

  test('is matched like others where the system has no advisories', () => {
    const result = match(inventory([bash, owned], debian12), database({ PyPI: pypi }), ecosystems);

    expect(result).toMatchObject({ vulnerabilities: [{ id: 'PYSEC-1' }], suppressed: [] });
  });

  test('is no gap, whatever its version and ecosystem', () => {
    const odd = [
      { ...owned, version: 'unreadable' },
      { ...owned, ecosystem: 'unheard-of' },
    ];

    const result = match(inventory([bash, ...odd], debian12), database({ 'Debian:12': {}, PyPI: pypi }), ecosystems);

    expect([result.coverage, result.gaps]).toEqual(['known', []]);
  });
});

test('an advisory of another stream of modules says nothing', () => {
  const data = database({
    'AlmaLinux:8': {
      nodejs: [
        advisory('twelve', '1:12.22.5-1.module_el8.4.0+2521+c668cc9f', { module: 'nodejs:12' }),
        advisory('fourteen', '1:14.17.5-1.module_el8.4.0+2522+3bd42762', { module: 'nodejs:14' }),
      ],
    },
  });
  const nodejs = pkg('rpm', 'nodejs', '1:12.20.0-1.module_el8+1+1', { modularity: 'nodejs:12:8030020201124:229f0a1c' });

  const { vulnerabilities } = match(
    inventory([nodejs, { ...nodejs, path: 'other', modularity: 'nodejs:14:1:2' }], {
      family: 'almalinux',
      release: '8.4',
      name: 'AlmaLinux 8.4',
    }),
    data,
    ecosystems,
  );

  expect(vulnerabilities.map(({ id, affected }) => [id, affected.length])).toEqual([
    ['fourteen', 1],
    ['twelve', 1],
  ]);
});

test('vulnerabilities come worst first, then by id', () => {
  const data = database({
    npm: {
      a: [
        advisory('B', '2.0.0', { severity: 'low' }),
        advisory('C', '2.0.0', { severity: 'high' }),
        advisory('A', '2.0.0', { severity: 'low' }),
      ],
    },
  });

  const { vulnerabilities } = match(inventory([pkg('npm', 'a', '1.0.0')]), data, ecosystems);

  expect(vulnerabilities.map(({ id }) => id)).toEqual(['C', 'A', 'B']);
});

test('the same package in two places is affected twice', () => {
  const packages = [pkg('npm', 'a', '1.0.0', { path: 'app/a' }), pkg('npm', 'a', '1.0.0', { path: 'lib/a' })];

  const { vulnerabilities } = match(
    inventory(packages),
    database({ npm: { a: [advisory('A', '2.0.0')] } }),
    ecosystems,
  );

  expect(vulnerabilities[0]?.affected.map((each) => each.package.path)).toEqual(['app/a', 'lib/a']);
});

test('with packages of several Alpine branches, the own branch decides where it knows the package', () => {
  const mixed = { ...alpine, repositories: ['v3.20', 'edge'] };
  const data = database({
    'Alpine:v3.20': { zlib: [advisory('A', '1.3.1-r1')] },
    'Alpine:edge': { zlib: [advisory('A', '1.3.2-r0')], hare: [advisory('B', '0.25-r0')] },
  });
  const packages = [pkg('apk', 'zlib', '1.3.1-r1'), pkg('apk', 'hare', '0.24-r0')];

  const result = match(inventory(packages, mixed), data, ecosystems);

  expect(result.vulnerabilities.map(({ id }) => id)).toEqual(['B']);
  expect(result.coverage).toBe('known');
});

describe('coverage', () => {
  const clean = database({ 'Debian:12': {}, 'Alpine:v3.20': {}, npm: {} });
  const bash = pkg('deb', 'bash', '5.2.15-2');
  const apkTools = pkg('apk', 'apk-tools', '2.14.4-r0');

  test.for<[string, Inventory, string, readonly string[]]>([
    ['a covered distribution', inventory([bash], debian12), 'known', []],
    [
      'a distribution past its end of life in the data',
      inventory([bash], { ...debian12, release: '7' }),
      'unknown',
      ['distribution-not-covered Debian:7'],
    ],
    [
      'a distribution without a release',
      inventory([bash], { ...debian12, release: '' }),
      'unknown',
      ['distribution-unknown debian'],
    ],
    ['packages without os-release', inventory([bash]), 'unknown', ['distribution-unknown no os-release found']],
    [
      'a distribution whose packages we do not read',
      inventory([], { family: 'fedora', release: '41', name: '' }),
      'unknown',
      ['distribution-unknown fedora 41: no package database that we read'],
    ],
    [
      'the same with some npm packages',
      inventory([pkg('npm', 'a', '1.0.0')], { family: 'fedora', release: '41', name: '' }),
      'unknown',
      ['distribution-unknown fedora 41: no package database that we read'],
    ],
    [
      'a covered distribution without its package database',
      inventory([], debian12),
      'unknown',
      ['distribution-unknown debian 12: no package database that we read'],
    ],
    ['nothing at all', inventory([]), 'unknown', ['distribution-unknown no operating system and no packages found']],
    ['only npm packages, no system', inventory([pkg('npm', 'a', '1.0.0')]), 'known', []],
    [
      'a language without advisories',
      inventory([bash, pkg('pypi', 'a', '1.0')], debian12),
      'partial',
      ['ecosystem-not-covered PyPI'],
    ],
    [
      'an ecosystem that we do not know',
      inventory([bash, pkg('unheard-of', 'a', '1.0')], debian12),
      'partial',
      ['ecosystem-not-covered unheard-of'],
    ],
    [
      'an uncovered branch beside a covered one',
      inventory([apkTools], { ...alpine, repositories: ['v3.20', 'edge'] }),
      'partial',
      ['distribution-not-covered Alpine:edge'],
    ],
    [
      'a file that could not be read',
      {
        ...inventory([bash], debian12),
        problems: [{ path: 'app/package.json', analyzer: 'npm', cause: 'layer-corrupt', message: 'not JSON', layer }],
      },
      'partial',
      ['package-unreadable app/package.json: not JSON'],
    ],
    [
      'the worst first',
      {
        ...inventory([bash, pkg('pypi', 'a', '1.0')]),
        problems: [{ path: 'x', analyzer: 'npm', cause: 'layer-corrupt', message: 'not JSON', layer }],
      },
      'unknown',
      ['distribution-unknown no os-release found', 'ecosystem-not-covered PyPI', 'package-unreadable x: not JSON'],
    ],
  ])('of %s', ([, content, coverage, gaps]) => {
    const result = match(content, clean, ecosystems);

    expect(result.coverage).toBe(coverage);
    expect(result.gaps.map((gap) => `${gap.cause} ${gap.subject}`)).toEqual(gaps);
  });

  test('is partial when a version cannot be compared', () => {
    const data = database({
      'Debian:12': {},
      npm: { a: [advisory('A', '2.0.0'), advisory('B', '3.0.0'), advisory('C', undefined)] },
    });

    const result = match(inventory([bash, pkg('npm', 'a', 'latest')], debian12), data, ecosystems);

    expect(result.vulnerabilities.map(({ id }) => id)).toEqual(['C']); // it affects every version
    expect(result.coverage).toBe('partial');
    expect(result.gaps).toEqual([
      {
        cause: 'version-undecided',
        subject: 'a latest (A: not a valid semver version: "latest", and 1 more advisories)',
      },
    ]);
  });

  test('an unreadable version of a package without advisories leaves nothing undecided', () => {
    expect(match(inventory([pkg('npm', 'b', 'latest')]), clean, ecosystems).coverage).toBe('known');
  });

  test('lists a bounded number of gaps and says how many more there are', () => {
    const packages = Array.from({ length: 1000 }, (_, index) => pkg('npm', 'a', `v?${index}`));

    const { gaps } = match(inventory(packages), database({ npm: { a: [advisory('A', '2.0.0')] } }), ecosystems);

    expect(gaps).toHaveLength(51);
    expect(gaps.at(-1)).toEqual({ cause: 'version-undecided', subject: 'and 950 more' });
  });

  test('language packages are matched also where the distribution is unknown', () => {
    const data = database({ npm: { a: [advisory('A', '2.0.0')] } });

    const result = match(inventory([bash, pkg('npm', 'a', '1.0.0')]), data, ecosystems);

    expect(result.vulnerabilities).toHaveLength(1);
    expect(result.coverage).toBe('unknown');
  });
});
