import { expect, test } from 'vitest';
import { parseOsvRecord } from './osv-record.ts';

// Real facts, cut down: https://osv.dev/vulnerability/CVE-2023-5363 and GHSA-35jh-r3h4-6jhm.
const openssl = {
  schema_version: '1.7.3',
  id: 'DEBIAN-CVE-2023-5363',
  upstream: ['CVE-2023-5363'],
  published: '2023-10-25T18:17:43Z',
  modified: '2025-11-20T10:16:00Z',
  details:
    'Issue summary: A bug has been identified in the processing of key and initialisation vector lengths.\nMore.',
  affected: [
    {
      package: { ecosystem: 'Debian:12', name: 'openssl', purl: 'pkg:deb/debian/openssl?arch=source' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.11-1~deb12u2' }] }],
      ecosystem_specific: { urgency: 'not yet assigned' },
    },
    {
      package: { ecosystem: 'Debian:13', name: 'openssl' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.12-1' }] }],
      ecosystem_specific: { urgency: 'unimportant' },
    },
  ],
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N' }],
  references: [{ type: 'ADVISORY', url: 'https://security-tracker.debian.org/tracker/CVE-2023-5363' }],
};
const vector = { score: 7.5, vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N' };

test('a record becomes an advisory with a rating for each release', () => {
  expect(parseOsvRecord(openssl, 'Debian')).toEqual({
    id: 'DEBIAN-CVE-2023-5363',
    vulnerabilityId: 'CVE-2023-5363',
    vulnerabilityIds: ['CVE-2023-5363'],
    aliases: ['CVE-2023-5363'],
    title: 'Issue summary: A bug has been identified in the processing of key and initialisation vector lengths.',
    description: openssl.details,
    references: ['https://security-tracker.debian.org/tracker/CVE-2023-5363'],
    published: '2023-10-25T18:17:43Z',
    modified: '2025-11-20T10:16:00Z',
    exploitPublic: false,
    rating: { severity: 'high', origin: 'cvss', cvss: vector },
    packages: [
      {
        namespace: 'Debian:12',
        name: 'openssl',
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.11-1~deb12u2' }] }],
        versions: [],
        rating: { severity: 'high', origin: 'cvss', cvss: vector },
      },
      {
        namespace: 'Debian:13',
        name: 'openssl',
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.12-1' }] }],
        versions: [],
        rating: { severity: 'low', origin: 'distribution', cvss: vector },
      },
    ],
  });
});

test.for<[string, object]>([
  ['withdrawn', { ...openssl, withdrawn: '2024-01-01T00:00:00Z' }],
  [
    'about another ecosystem',
    { ...openssl, affected: [{ ...openssl.affected[0], package: { ecosystem: 'DebianX', name: 'a' } }] },
  ],
  [
    'only about git commits',
    {
      ...openssl,
      affected: [
        { ...openssl.affected[0], ranges: [{ type: 'GIT', repo: 'https://x', events: [{ introduced: '0' }] }] },
      ],
    },
  ],
  ['without a package', { ...openssl, affected: [{ ranges: [{ type: 'GIT', events: [] }] }] }],
  ['without packages', { id: 'X-1', modified: '2024-01-01T00:00:00Z' }],
])('a record %s is left out', ([, record]) => {
  expect(parseOsvRecord(record, 'Debian')).toBeUndefined();
});

test('versions that are listed count although the range is about git commits', () => {
  const affected = [
    {
      package: { ecosystem: 'PyPI', name: 'a' },
      ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }],
      versions: ['1.0'],
    },
  ];

  expect(parseOsvRecord({ id: 'PYSEC-1', affected }, 'PyPI')?.packages[0]).toMatchObject({
    ranges: [],
    versions: ['1.0'],
  });
});

test('all kinds of events are read; a limit only bounds git', () => {
  const events = [{ introduced: '0' }, { last_affected: '1.5' }, { limit: '*' }, { introduced: '2', fixed: '2.1' }, {}];
  const affected = [{ package: { ecosystem: 'npm', name: 'a' }, ranges: [{ type: 'SEMVER', events }] }];

  expect(parseOsvRecord({ id: 'A', affected }, 'npm')?.packages[0]?.ranges).toEqual([
    { type: 'SEMVER', events: [{ introduced: '0' }, { lastAffected: '1.5' }, { introduced: '2' }, { fixed: '2.1' }] },
  ]);
});

test('a range that names only its end begins before every version', () => {
  const affected = [
    { package: { ecosystem: 'npm', name: 'a' }, ranges: [{ type: 'SEMVER', events: [{ fixed: '2.0.0' }] }] },
    { package: { ecosystem: 'npm', name: 'b' }, ranges: [{ type: 'SEMVER', events: [{ last_affected: '2.0.0' }] }] },
  ];

  expect(parseOsvRecord({ id: 'A', affected }, 'npm')?.packages.map(({ ranges }) => ranges[0]?.events)).toEqual([
    [{ introduced: '0' }, { fixed: '2.0.0' }],
    [{ introduced: '0' }, { lastAffected: '2.0.0' }],
  ]);
});

test('null stands for an absent list, as Go programs write it', () => {
  const nothing = {
    aliases: null,
    upstream: null,
    related: null,
    severity: null,
    references: null,
    summary: null,
    withdrawn: null,
  };
  const affected = [
    {
      package: { ecosystem: 'Go', name: 'a' },
      ranges: null,
      versions: ['1.0.0'],
      severity: null,
      ecosystem_specific: null,
      database_specific: null,
    },
  ];

  expect(parseOsvRecord({ id: 'GO-1', affected, ...nothing }, 'Go')).toMatchObject({
    id: 'GO-1',
    aliases: [],
    title: '',
  });
});

test('a package that was published to do harm is critical', () => {
  const affected = [{ package: { ecosystem: 'npm', name: 'a' }, versions: ['1.0.0'] }];

  expect(parseOsvRecord({ id: 'MAL-2024-1', affected }, 'npm')?.packages[0]?.rating.severity).toBe('critical');
});

test('texts and lists are cut to what fits, and only web addresses are kept', () => {
  const references = [
    { url: 'javascript:alert(1)' },
    ...Array.from({ length: 1000 }, (_, i) => ({ type: 'WEB', url: `https://example.com/${i}` })),
  ];
  const advisory = parseOsvRecord(
    { ...openssl, summary: 's'.repeat(10_000), details: 'd'.repeat(100_000), references },
    'Debian',
  );

  expect(advisory?.title).toHaveLength(300);
  expect(advisory?.description).toHaveLength(8000);
  expect(advisory?.references).toHaveLength(50);
  expect(advisory?.references[0]).toBe('https://example.com/0');
});

test.for<[string, unknown]>([
  ['no object', 'DEBIAN-CVE-2023-5363'],
  ['no id', { ...openssl, id: undefined }],
  ['an empty id', { ...openssl, id: '' }],
  ['an affected list of another shape', { ...openssl, affected: { Debian: [] } }],
  [
    'an event of another shape',
    { ...openssl, affected: [{ ...openssl.affected[0], ranges: [{ type: 'ECOSYSTEM', events: [{ fixed: 12 }] }] }] },
  ],
  [
    'a version too long to be one',
    { ...openssl, affected: [{ ...openssl.affected[0], versions: ['1'.repeat(10_000)] }] },
  ],
])('a record with %s is refused', ([, record]) => {
  expect(() => parseOsvRecord(record, 'Debian')).toThrow();
});

const update = (id: string, more: object = {}) => ({
  id,
  affected: [{ package: { ecosystem: 'AlmaLinux:8', name: 'a' }, versions: ['1'] }],
  ...more,
});

test.for(['ALBA-2021:1', 'ALEA-2021:1', 'RHBA-2021:1', 'RLBA-2021:1', 'SUSE-RU-2021:1-1', 'openSUSE-RU-2021:1-1'])(
  '%s mends no vulnerability unless it names one',
  (id) => {
    expect(parseOsvRecord(update(id), 'AlmaLinux')).toBeUndefined();
    expect(parseOsvRecord(update(id, { related: ['CVE-2021-1234'] }), 'AlmaLinux')?.vulnerabilityIds).toEqual([
      'CVE-2021-1234',
    ]);
  },
);

test.for<[string, string, string]>([
  ['ALSA-2021:1', 'Important: kernel security update', 'high'],
  ['RHSA-2021:1', 'Moderate: kernel security update', 'medium'],
  ['ALSA-2021:1', 'kernel security update', 'unknown'],
  ['GHSA-1', 'Important: read this', 'unknown'],
])('%s "%s" is rated %s', ([id, summary, severity]) => {
  expect(parseOsvRecord(update(id, { summary }), 'AlmaLinux')?.rating.severity).toBe(severity);
});

test.for<[string, object, boolean]>([
  ['evidence', { type: 'EVIDENCE', url: 'https://example.com/' }, true],
  ['an entry of Exploit-DB', { type: 'WEB', url: 'https://www.exploit-db.com/exploits/47799' }, true],
  ['an article', { type: 'ARTICLE', url: 'https://example.com/exploit-db.com/exploits/1' }, false],
])('%s: whether an exploit is public', ([, reference, expected]) => {
  expect(parseOsvRecord(update('ALSA-1', { references: [reference] }), 'AlmaLinux')?.exploitPublic).toBe(expected);
});
