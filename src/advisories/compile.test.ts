import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeAdvisoryZip } from '../../test/support/write-zip.ts';
import { ecosystems } from '../ecosystems/index.ts';
import type { AdvisoryDatabase } from '../model/advisory.ts';
import { type CompileRequest, compileAdvisories } from './compile.ts';
import { FeedRejected } from './feed-rejected.ts';
import { openAdvisories } from './open.ts';
import { sources } from './sources/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'compile-'));
afterAll(() => rmSync(folder, { recursive: true }));
const { signal } = new AbortController();
let made = 0;

interface OsvRecord {
  readonly id: string;
  readonly [key: string]: unknown;
}
type Feeds = Readonly<Record<string, readonly OsvRecord[]>>;

const HIGH = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H';
const CRITICAL = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
const cvss = (vector: string) => ({ severity: [{ type: 'CVSS_V3', score: vector }] });

/** One package of a record, affected in all versions before `fixed`. */
const affects = (ecosystem: string, name: string, fixed: string, more: object = {}) => ({
  package: { ecosystem, name },
  ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
  ...more,
});

async function compile(
  osv: Feeds,
  exploited: readonly string[] = [],
  more: Partial<CompileRequest> = {},
): Promise<{ readonly result: Awaited<ReturnType<typeof compileAdvisories>>; readonly database: AdvisoryDatabase }> {
  const own = join(folder, `${made++}`);
  const feeds = [];
  for (const [ecosystem, records] of Object.entries(osv)) {
    const path = join(own, `${ecosystem}.zip`);
    await writeAdvisoryZip(path, records);
    feeds.push({ name: `osv/${ecosystem}`, path });
  }
  const kev = join(own, 'kev.json');
  writeFileSync(kev, JSON.stringify({ vulnerabilities: exploited.map((cveID) => ({ cveID })) }));
  if (exploited.length > 0) feeds.push({ name: 'kev/catalogue', path: kev });
  const target = join(own, 'advisories.sqlite');
  const request = { feeds, target, id: 'i', compiledAt: 'c', checkedAt: 'd', ...more };
  const result = await compileAdvisories(request, { sources, ecosystems, onProgress: () => {} }, signal);
  return { result, database: openAdvisories(request.target) };
}

/** `vulnerability/severity[!]` of each advisory of a package, by the advisory's id. */
async function rated(
  osv: Feeds,
  namespace: string,
  name: string,
  exploited?: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const { database } = await compile(osv, exploited);
  const rated = database.find(namespace, name).map((each) => {
    const about = each.vulnerabilityIds?.join('+') ?? each.vulnerabilityId;
    return [each.id, `${about}/${each.severity}${each.exploited ? '!' : ''}`];
  });
  database.close();
  return Object.fromEntries(rated);
}

test('what was compiled can be looked up by namespace and package', async () => {
  const record = {
    id: 'DEBIAN-CVE-2023-5363',
    upstream: ['CVE-2023-5363'],
    details: 'A bug.\nMore.',
    published: '2023-10-25T18:17:43Z',
    modified: '2025-11-20T10:16:00Z',
    references: [{ type: 'WEB', url: 'https://example.com/' }],
    ...cvss(HIGH),
    affected: [affects('Debian:12', 'openssl', '3.0.11-1~deb12u2'), affects('Debian:13', 'openssl', '3.0.12-1')],
  };

  const { result, database } = await compile({ Debian: [record] }, ['CVE-2023-5363', 'CVE-1999-0001']);

  expect(result).toEqual({
    snapshot: {
      id: 'i',
      compiledAt: 'c',
      checkedAt: 'd',
      advisories: 1,
      exploited: 2,
      namespaces: [
        { name: 'Debian:12', advisories: 1 },
        { name: 'Debian:13', advisories: 1 },
      ],
    },
    feeds: [
      { feed: 'osv/Debian', records: 1, ignored: 0, bad: 0, problems: [] },
      { feed: 'kev/catalogue', records: 2, ignored: 0, bad: 0, problems: [] },
    ],
  });
  expect(database.find('Debian:12', 'openssl')).toMatchObject([
    {
      id: 'DEBIAN-CVE-2023-5363',
      vulnerabilityId: 'CVE-2023-5363',
      aliases: ['CVE-2023-5363'],
      title: 'A bug.',
      description: 'A bug.\nMore.',
      references: ['https://example.com/'],
      published: '2023-10-25T18:17:43Z',
      modified: '2025-11-20T10:16:00Z',
      severity: 'high',
      cvss: { score: 7.5, vector: HIGH },
      exploited: true,
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.11-1~deb12u2' }] }],
      versions: [],
    },
  ]);
  expect(database.find('Debian:12', 'bash')).toEqual([]);
  expect(['Debian:12', 'Debian:13', 'Debian:11', 'Debian'].map(database.covers)).toEqual([true, true, false, false]);
  database.close();
});

test('names are kept as they are looked up', async () => {
  const { database } = await compile({
    PyPI: [{ id: 'PYSEC-1', affected: [affects('PyPI', 'Zope.Interface', '2')] }],
    npm: [{ id: 'GHSA-1', affected: [affects('npm', 'JSONStream', '2')] }],
  });

  expect([database.find('PyPI', 'zope-interface').length, database.find('npm', 'JSONStream').length]).toEqual([1, 1]);
  database.close();
});

test('several entries of one package are one, with all their ranges', async () => {
  const affected = [
    affects('npm', 'a', '1.5.0'),
    { ...affects('npm', 'a', '2.5.0'), versions: ['9.9.9'] },
    affects('npm', 'b', '1.0.0'),
  ];

  const { database } = await compile({ npm: [{ id: 'GHSA-1', affected }] });

  expect(database.find('npm', 'a')).toMatchObject([{ ranges: { length: 2 }, versions: ['9.9.9'] }]);
  expect(database.snapshot.advisories).toBe(1);
  database.close();
});

test('one record in the archives of two ecosystems gives each its packages, and counts once', async () => {
  const record = { id: 'GHSA-1', affected: [affects('npm', 'a', '1.0.0'), affects('PyPI', 'a', '1.0')] };

  const { result, database } = await compile({ PyPI: [record], npm: [record, record] });

  expect(result.snapshot.advisories).toBe(1);
  expect([database.find('npm', 'a').length, database.find('PyPI', 'a').length]).toEqual([1, 1]);
  database.close();
});

describe('one vulnerability in several databases', () => {
  const ghsa = 'GHSA-g3rq-g295-4j3m';
  const pypi = (id: string, more: object = {}) => ({ id, affected: [affects('PyPI', 'jinja2', '2.11.3')], ...more });

  test('has one id, also where only one of them knows the CVE', async () => {
    const records = [pypi('PYSEC-2021-66', { aliases: [ghsa] }), pypi(ghsa, { aliases: ['CVE-2020-28493'] })];

    expect(await rated({ PyPI: records }, 'PyPI', 'jinja2')).toEqual({
      'PYSEC-2021-66': 'CVE-2020-28493/unknown',
      [ghsa]: 'CVE-2020-28493/unknown',
    });
  });

  test('is found by way of a third, and by being named', async () => {
    const [second, third] = ['GHSA-35jh-r3h4-6jhm', 'GHSA-p6mc-m468-83gw'];
    const records = [
      pypi('PYSEC-1', { aliases: [ghsa] }),
      pypi(ghsa, { aliases: [second] }),
      pypi(second),
      pypi('PYSEC-2', { aliases: [second, 'CVE-2020-28493'] }),
      pypi(third, { aliases: ['OTHER-1'] }),
    ];

    expect(await rated({ PyPI: records }, 'PyPI', 'jinja2')).toEqual({
      'PYSEC-1': 'CVE-2020-28493/unknown',
      'PYSEC-2': 'CVE-2020-28493/unknown',
      [ghsa]: 'CVE-2020-28493/unknown',
      [second]: 'CVE-2020-28493/unknown',
      [third]: `${third}/unknown`,
    });
  });

  test('keeps its own id when its aliases are two vulnerabilities', async () => {
    const other = 'GHSA-35jh-r3h4-6jhm';
    const records = [
      pypi('PYSEC-2021-66', { aliases: [ghsa, other] }),
      pypi(ghsa, { aliases: ['CVE-2020-1'] }),
      pypi(other, { aliases: ['CVE-2020-2'] }),
    ];

    expect(await rated({ PyPI: records }, 'PyPI', 'jinja2')).toMatchObject({
      'PYSEC-2021-66': 'PYSEC-2021-66/unknown',
    });
  });

  test('is rated by the vector that any of them has, unless it has its own or a word of its distribution', async () => {
    const records = [
      pypi('PYSEC-1', { aliases: ['CVE-2020-0001'] }),
      pypi('PYSEC-2', { aliases: ['CVE-2020-0001'], ...cvss(HIGH) }),
      pypi('PYSEC-3', { aliases: ['CVE-2020-0001'], database_specific: { severity: 'LOW' } }),
    ];
    const npm = [{ id: 'GHSA-1', aliases: ['CVE-2020-0001'], ...cvss(CRITICAL), affected: [affects('npm', 'a', '1')] }];
    const debian = [
      {
        id: 'DEBIAN-CVE-2020-0001',
        affected: [affects('Debian:12', 'jinja2', '1', { ecosystem_specific: { urgency: 'unimportant' } })],
      },
    ];
    const all = { PyPI: records, npm, Debian: debian };

    expect(await rated(all, 'PyPI', 'jinja2')).toEqual({
      'PYSEC-1': 'CVE-2020-0001/critical',
      'PYSEC-2': 'CVE-2020-0001/high',
      'PYSEC-3': 'CVE-2020-0001/low',
    });
    expect(await rated(all, 'Debian:12', 'jinja2')).toEqual({ 'DEBIAN-CVE-2020-0001': 'CVE-2020-0001/low' });
  });

  test('is rated by its distribution in all records of that release, and in no other', async () => {
    const affected = (release: string, urgency?: string) =>
      affects(release, 'a', '1', urgency ? { ecosystem_specific: { urgency } } : {});
    const records = [
      { id: 'DEBIAN-CVE-2020-0001', affected: [affected('Debian:12', 'low'), affected('Debian:13')] },
      { id: 'DSA-1-1', upstream: ['CVE-2020-0001'], ...cvss(CRITICAL), affected: [affected('Debian:12')] },
    ];

    expect(await rated({ Debian: records }, 'Debian:12', 'a')).toEqual({
      'DEBIAN-CVE-2020-0001': 'CVE-2020-0001/low',
      'DSA-1-1': 'CVE-2020-0001/low',
    });
    expect(await rated({ Debian: records }, 'Debian:13', 'a')).toEqual({
      'DEBIAN-CVE-2020-0001': 'CVE-2020-0001/critical',
    });
  });
});

describe('an update that mends several vulnerabilities', () => {
  const dsa = {
    id: 'DSA-5417-1',
    upstream: ['CVE-2023-0464', 'CVE-2023-0465'],
    affected: [affects('Debian:12', 'openssl', '3')],
  };
  const cve = (number: string, name = 'openssl') => ({
    id: `DEBIAN-CVE-2023-${number}`,
    affected: [affects('Debian:12', name, '3')],
  });

  test('is left out where each has an advisory of its own for the package', async () => {
    expect(Object.keys(await rated({ Debian: [dsa, cve('0464'), cve('0465')] }, 'Debian:12', 'openssl'))).toEqual([
      'DEBIAN-CVE-2023-0464',
      'DEBIAN-CVE-2023-0465',
    ]);
  });

  test('stays for those that are known by it alone, or otherwise only for another package', async () => {
    expect(await rated({ Debian: [dsa, cve('0464'), cve('0465', 'other')] }, 'Debian:12', 'openssl')).toEqual({
      'DEBIAN-CVE-2023-0464': 'CVE-2023-0464/unknown',
      'DSA-5417-1': 'CVE-2023-0465/unknown',
    });
  });

  test('is about each of them, and each has its own severity and exploits', async () => {
    const npm = [
      { id: 'GHSA-1', aliases: ['CVE-2023-0465'], ...cvss(HIGH), affected: [affects('npm', 'a', '1')] },
      {
        id: 'GHSA-2',
        aliases: ['CVE-2023-0464'],
        references: [{ type: 'EVIDENCE', url: 'https://example.com/poc' }],
        affected: [affects('npm', 'a', '1')],
      },
    ];

    const { database } = await compile({ Debian: [dsa], npm }, ['CVE-2023-0465']);

    expect(database.find('Debian:12', 'openssl')).toMatchObject([
      { id: 'DSA-5417-1', vulnerabilityIds: ['CVE-2023-0464', 'CVE-2023-0465'], severity: 'unknown', exploited: false },
    ]);
    expect(['CVE-2023-0464', 'CVE-2023-0465', 'CVE-2023-0466'].map((id) => database.vulnerability?.(id))).toEqual([
      { exploited: false, exploitPublic: true },
      { exploited: true, exploitPublic: false, severity: 'high', cvss: { score: 7.5, vector: HIGH } },
      undefined,
    ]);
    database.close();
  });
});

test('modules and what the maintainers say are kept with the package', async () => {
  const records = [
    {
      id: 'ALSA-2022:0350',
      summary: 'Important: virt:rhel and virt-devel:rhel security, bug fix, and enhancement update',
      related: ['CVE-2021-44531', 'CVE-2021-44532'],
      affected: [
        affects('AlmaLinux:8', 'nodejs', '1:14.18.2-2.module_el8.5.0+2618+8d46dafd'),
        affects('AlmaLinux:8', 'plain', '1.0-1.el8'),
      ],
    },
    { id: 'ALBA-2022:0351', summary: 'nodejs:14 bug fix update', affected: [affects('AlmaLinux:8', 'nodejs', '1')] },
    {
      id: 'ALSA-2022:0352',
      related: ['CVE-2021-1'],
      affected: [affects('AlmaLinux:8', 'kernel', '1', { database_specific: { fix_state: 'Will not fix' } })],
    },
  ];

  const { result, database } = await compile({ AlmaLinux: records });

  expect(result.feeds).toMatchObject([{ records: 3, ignored: 1, bad: 0 }]);
  expect(database.find('AlmaLinux:8', 'nodejs')).toMatchObject([
    { id: 'ALSA-2022:0350', module: 'virt:rhel virt-devel:rhel', severity: 'high' },
  ]);
  expect(database.find('AlmaLinux:8', 'plain')[0]?.module).toBeUndefined();
  expect(database.find('AlmaLinux:8', 'kernel')).toMatchObject([{ status: 'will-not-fix' }]);
  database.close();
});

describe('records that cannot be read', () => {
  const good = { id: 'GHSA-1', affected: [affects('npm', 'a', '1.0.0')] };
  const bad = (id: string) => ({ id, affected: 'everything' });

  test('are counted and named, and the others are used', async () => {
    const { result, database } = await compile({ npm: [good, bad('B'), { ...good, id: 'W', withdrawn: '2024' }] });

    expect(result.feeds).toMatchObject([
      {
        records: 3,
        ignored: 1,
        bad: 1,
        problems: [{ record: 'B.json', message: expect.stringContaining('affected') }],
      },
    ]);
    expect(database.find('npm', 'a')).toHaveLength(1);
    database.close();
  });

  test.each<[string, Feeds]>([
    ['most are', { npm: [good, bad('B'), bad('C')] }],
    ['there are none at all', { npm: [] }],
  ])('make a feed unusable when %s, and what was compiled before stays', async (_, feeds) => {
    const target = join(folder, 'kept.sqlite');
    writeFileSync(target, 'old');

    const compiling = compile({ PyPI: [{ id: 'P', affected: [affects('PyPI', 'a', '1')] }], ...feeds }, [], { target });

    await expect(compiling).rejects.toThrow(FeedRejected);
    await expect(compiling).rejects.toMatchObject({ feed: 'osv/npm', code: 'blob-corrupt' });
    expect(readFileSync(target, 'utf8')).toBe('old');
    expect(readdirSync(folder).filter((name) => name.startsWith('.compile-'))).toEqual([]);
  });
});

test('the same feeds compile to the same bytes', async () => {
  const records = ['1', '2', '3'].map((id) => ({ id, affected: [affects('npm', `p${id}`, '1.0.0')] }));
  const [one, two] = [join(folder, 'one.sqlite'), join(folder, 'two.sqlite')];

  for (const target of [one, two]) (await compile({ npm: records }, [], { target })).database.close();

  expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
});

test('who has the old file open keeps reading it while a new one takes its place', async () => {
  const target = join(folder, 'swapped.sqlite');
  const version = (fixed: string) => ({ npm: [{ id: 'A', affected: [affects('npm', 'a', fixed)] }] });
  const { database: before } = await compile(version('1.0.0'), [], { target, id: 'before' });

  const { database: after } = await compile(version('2.0.0'), [], { target, id: 'after' });

  expect(JSON.stringify(before.find('npm', 'a'))).toContain('1.0.0');
  expect(JSON.stringify(after.find('npm', 'a'))).toContain('2.0.0');
  expect([before.snapshot.id, after.snapshot.id]).toEqual(['before', 'after']);
  before.close();
  after.close();
});

test('an abort leaves what was compiled before', async () => {
  const target = join(folder, 'aborted.sqlite');
  await writeAdvisoryZip(join(folder, 'a.zip'), [{ id: 'A', affected: [affects('npm', 'a', '1.0.0')] }]);
  const request = {
    target,
    feeds: [{ name: 'osv/npm', path: join(folder, 'a.zip') }],
    id: '',
    compiledAt: '',
    checkedAt: '',
  };

  const compiling = compileAdvisories(
    request,
    { sources, ecosystems, onProgress: () => {} },
    AbortSignal.abort(new Error('enough')),
  );

  await expect(compiling).rejects.toThrow('enough');
  expect(existsSync(target)).toBe(false);
});

describe('a compiled file that cannot be used says how to mend it', () => {
  const damaged = join(folder, 'damaged.sqlite');
  writeFileSync(damaged, 'no database at all'.repeat(1_000));

  test.each([join(folder, 'absent.sqlite'), damaged, folder])('%s', (path) => {
    expect(() => openAdvisories(path)).toThrow(
      expect.objectContaining({ code: 'advisories-missing', message: expect.stringContaining('advisories update') }),
    );
  });

  test('an empty file, as a full disk leaves it', () => {
    const path = join(folder, 'empty.sqlite');
    writeFileSync(path, '');

    expect(() => openAdvisories(path)).toThrow(expect.objectContaining({ code: 'advisories-missing' }));
    expect(statSync(path).size).toBe(0);
  });
});
