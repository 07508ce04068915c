import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildRpmRoot, hasRpm, type RpmRoot, rpm as runRpm } from '../../../test/support/build-rpm-root.ts';
import { hasBerkeley, rpmHeader, toBerkeley, toNdb, toSqlite } from '../../../test/support/rpm-databases.ts';
import type { Finding } from '../../model/layer-report.ts';
import { readSqlite } from '../rpm-db/read-sqlite.ts';
import { rpm } from './rpm.ts';

if (!hasRpm) console.warn('SKIPPED: rpm is not installed, so its databases are not read as it writes them');
if (!hasBerkeley) console.warn('SKIPPED: db5.3_load (db5.3-util) is not installed, so no Berkeley DB is read');

const SQLITE = 'var/lib/rpm/rpmdb.sqlite';
const LOG = `${SQLITE}-wal`;
const NDB = 'var/lib/rpm/Packages.db';
const BERKELEY = 'var/lib/rpm/Packages';

const toFile = (path: string, bytes: Uint8Array) => ({
  path,
  bytes,
  size: bytes.byteLength,
  mode: 0,
  text: () => '',
  maxNesting: 5,
});

function analyze(path: string, bytes: Uint8Array, log?: Uint8Array) {
  const problems: string[] = [];
  const others = log ? [toFile(LOG, log)] : [];
  const findings = rpm.analyze(toFile(path, bytes), (message) => problems.push(message), others);
  return { findings, problems };
}

const packagesOf = (findings: readonly Finding[]) =>
  findings.flatMap((finding) => (finding.kind === 'package' ? [finding.package] : []));
const namesOf = (findings: readonly Finding[]) => packagesOf(findings).map(({ name }) => name);
const ownedOf = (findings: readonly Finding[]) =>
  findings.flatMap((finding) =>
    finding.kind === 'ownership' ? [`${finding.owner.name}: ${finding.paths.join(' ')}`] : [],
  );

const header = (name: string, more = {}) => rpmHeader({ 1000: name, 1001: '1.0', 1002: '2.el9', ...more });
/** Of every size, from what fits on a page to what needs many. */
const headers = Array.from({ length: 40 }, (_, at) => header(`p${at}`, { 1004: 'x'.repeat(at * 60) }));
const allNames = headers.map((_, at) => `p${at}`);

test.for([
  [SQLITE, true],
  [LOG, true],
  [NDB, true],
  [BERKELEY, true],
  ['usr/lib/sysimage/rpm/rpmdb.sqlite', true],
  ['usr/share/rpm/Packages', true],
  ['var/lib/rpm/rpmdb.sqlite-shm', false],
  ['var/lib/rpm/Name', false],
  ['mnt/var/lib/rpm/Packages', false],
])('%s is wanted: %s', ([path, wanted]) => {
  expect(rpm.wants(String(path))).toBe(wanted);
});

test('a database and its log are read together', () => {
  expect([SQLITE, LOG, NDB, BERKELEY].map((path) => rpm.readWith?.(path))).toEqual([
    SQLITE,
    SQLITE,
    undefined,
    undefined,
  ]);
});

describe.skipIf(!hasRpm)('a database that rpm made', () => {
  let root: RpmRoot;
  beforeAll(() => {
    root = buildRpmRoot([
      { name: 'openssl', version: '1.1.1k', release: '9.el8_7', epoch: 1, files: { '/etc/pki/a b.cnf': '' } },
      { name: 'openssl-libs', source: 'openssl', version: '1.1.1k', release: '9.el8_7', epoch: 1 },
      {
        name: 'nodejs',
        version: '12.22.12',
        release: '1.module_el8.6.0+3261+490666b3',
        modularity: 'nodejs:12:8030020201124152102:229f0a1c',
        files: { '/usr/lib/node_modules/npm/package.json': '{}', '/usr/bin/node': '' },
      },
      { name: 'tzdata', version: '2024a', release: '1.el8', architecture: 'noarch' },
    ]);
  });
  afterAll(() => root.remove());
  const blobs = () => readFileSync(join(root.database, 'rpmdb.sqlite'));

  test('holds what rpm says it does', () => {
    const format = '%{NAME} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE} %{ARCH} %{SOURCERPM} %{MODULARITYLABEL}\n';

    const { findings, problems } = analyze(SQLITE, blobs());

    const ours = packagesOf(findings).map(({ name, version, architecture, source, modularity = '(none)' }) => {
      const sourceVersion = source?.version.replace('1:', '');
      return `${name} ${version} ${architecture} ${source?.name}-${sourceVersion}.src.rpm ${modularity}`;
    });
    const theirs = runRpm(root.folder, '/var/lib/rpm', ['-qa', '--qf', format]).trim().split('\n');
    expect(problems).toEqual([]);
    expect(ours).toHaveLength(4);
    expect(ours.toSorted()).toEqual(theirs.toSorted());
    expect(packagesOf(findings).find(({ name }) => name === 'openssl-libs')?.source).toEqual({
      name: 'openssl',
      version: '1:1.1.1k-9.el8_7',
    });
    expect(ownedOf(findings).toSorted()).toEqual([
      'nodejs: usr/bin/node usr/lib/node_modules/npm/package.json',
      'openssl: etc/pki/a b.cnf',
    ]);
  });

  test('is read when it is cut anywhere, and says so', () => {
    const whole = blobs();
    for (let length = 0; length < whole.byteLength; length += 4093) {
      const { findings, problems } = analyze(SQLITE, whole.subarray(0, length));

      expect(problems.length + packagesOf(findings).length).toBeGreaterThan(0);
      if (packagesOf(findings).length < 4) expect(problems.length).toBeGreaterThan(0);
    }
  });

  test.skipIf(!hasBerkeley)('is the same in Berkeley DB, as rpm itself reads it', () => {
    const sqlite = analyze(SQLITE, blobs());
    const installed = installedHeaders(blobs());

    const { findings, problems } = analyze(BERKELEY, toBerkeley(installed));

    expect(problems).toEqual([]);
    expect(findings.map((each) => JSON.stringify(each)).toSorted()).toEqual(
      sqlite.findings.map((each) => JSON.stringify(each)).toSorted(),
    );
  });

  test('is the same as an ndb', () => {
    expect(analyze(NDB, toNdb(installedHeaders(blobs())))).toEqual(analyze(SQLITE, blobs()));
  });
});

describe('sqlite', () => {
  test('finds every header, also those on many pages', () => {
    const { findings, problems } = analyze(SQLITE, toSqlite(headers).main);

    expect(problems).toEqual([]);
    expect(namesOf(findings)).toEqual(allNames);
  });

  test('takes what was not merged from the log', () => {
    const { main, log } = toSqlite(headers.slice(0, 10), headers.slice(10));

    expect(namesOf(analyze(SQLITE, main).findings)).toEqual(allNames.slice(0, 10));
    expect(analyze(SQLITE, main, log)).toMatchObject({ problems: [] });
    expect(namesOf(analyze(SQLITE, main, log).findings)).toEqual(allNames);
  });

  test('a log without a database that was merged into even once holds it all', () => {
    const { log } = toSqlite([], headers);

    expect(namesOf(analyze(SQLITE, toSqlite([], []).main, log).findings)).toEqual(allNames);
  });

  test('of a log that is cut or broken, the transactions before that count, as for sqlite', () => {
    const { main, log } = toSqlite(headers.slice(0, 10), headers.slice(10));
    const broken = Buffer.from(log);
    broken.writeUInt8(broken.readUInt8(log.byteLength - 100) ^ 1, log.byteLength - 100);

    for (const bad of [log.subarray(0, log.byteLength - 1), broken]) {
      const { findings, problems } = analyze(SQLITE, main, bad);

      expect(problems).toEqual([]);
      expect(namesOf(findings)).toEqual(allNames.slice(0, -1));
    }
    expect(namesOf(analyze(SQLITE, main, Buffer.alloc(0)).findings)).toHaveLength(10);
    expect(namesOf(analyze(SQLITE, main, Buffer.alloc(5000, 7)).findings)).toHaveLength(10);
  });

  test('a log alone is a problem when there is something in it', () => {
    const { log } = toSqlite([], headers);

    expect(analyze(LOG, log).problems).toEqual([expect.stringContaining('another layer')]);
    expect(analyze(LOG, Buffer.alloc(0))).toEqual({ findings: [], problems: [] });
  });

  test.for<[string, Buffer, string]>([
    ['an empty file', Buffer.alloc(0), 'it is empty'],
    ['another file', Buffer.alloc(4096, 'x'), 'it is no sqlite database'],
    ['a database without the table', toSqlite([]).main.fill(0, 512), 'not of a table'],
  ])('%s is a problem', ([, bytes, message]) => {
    const { findings, problems } = analyze(SQLITE, bytes);

    expect(findings).toEqual([]);
    expect(problems.join()).toContain(message);
  });
});

describe('ndb', () => {
  test('finds every header', () => {
    const { findings, problems } = analyze(NDB, toNdb(headers));

    expect(problems).toEqual([]);
    expect(namesOf(findings)).toEqual(allNames);
  });

  test('slots that all name one blob are not read over and over', () => {
    const bytes = toNdb(headers);
    for (let slot = 1; slot < 254; slot++) bytes.copy(bytes, 32 + slot * 16, 32 + 39 * 16, 32 + 40 * 16);

    const { findings, problems } = analyze(NDB, bytes);

    expect(namesOf(findings).length).toBeLessThan(60);
    expect(problems.at(-1)).toContain('lie over each other');
  });
});

describe.skipIf(!hasBerkeley)('Berkeley DB', () => {
  test.for([false, true])('finds every header; big-endian: %s', (bigEndian) => {
    const { findings, problems } = analyze(BERKELEY, toBerkeley(headers, { bigEndian }));

    expect(problems).toEqual([]);
    expect(namesOf(findings).toSorted()).toEqual(allNames.toSorted());
  });
});

describe('headers', () => {
  const one = (tags: Parameters<typeof rpmHeader>[0]) => analyze(NDB, toNdb([rpmHeader(tags), header('other')]));

  test('a key is no package', () => {
    expect(namesOf(one({ 1000: 'gpg-pubkey', 1001: 'a', 1002: 'b' }).findings)).toEqual(['other']);
  });

  test('old packages have whole paths, and need no source', () => {
    const { findings } = one({
      1000: 'old',
      1001: '1',
      1002: '2',
      1003: [0],
      1027: ['/etc/a', '/etc/b'],
      1044: '(none)',
    });

    expect(findings.slice(0, 2)).toEqual([
      { kind: 'package', package: { ecosystem: 'rpm', name: 'old', version: '1-2' } },
      { kind: 'ownership', owner: { ecosystem: 'rpm', name: 'old' }, paths: ['etc/a', 'etc/b'] },
    ]);
  });

  test.for<[string, Parameters<typeof rpmHeader>[0], string]>([
    ['without a name', { 1001: '1', 1002: '1' }, 'no valid name'],
    ['with blanks in its name', { 1000: 'a b', 1001: '1', 1002: '1' }, 'no valid name'],
    ['without a release', { 1000: 'a', 1001: '1' }, 'a has no valid version'],
    ['with a list for a name', { 1000: ['a'], 1001: '1', 1002: '1' }, 'tag 1000 is not a text'],
    ['with a text for an epoch', { 1000: 'a', 1001: '1', 1002: '1', 1003: '1' }, 'tag 1003 is no list of numbers'],
  ])('one %s is a problem, and the others are read', ([, tags, message]) => {
    const { findings, problems } = one(tags);

    expect(namesOf(findings)).toEqual(['other']);
    expect(problems).toEqual([expect.stringContaining(message)]);
  });

  test('a file in no folder is a problem, and its package is kept', () => {
    const { findings, problems } = one({ 1000: 'a', 1001: '1', 1002: '1', 1116: [1], 1117: ['b'], 1118: ['/'] });

    expect(namesOf(findings)).toEqual(['a', 'other']);
    expect(problems).toEqual(['a file of it is in no folder']);
  });
});

describe.for<[string, () => Buffer, string]>([
  ['sqlite', () => toSqlite(headers.slice(0, 12)).main, SQLITE],
  ['ndb', () => toNdb(headers.slice(0, 12)), NDB],
  ['Berkeley DB', () => (hasBerkeley ? toBerkeley(headers.slice(0, 12)) : Buffer.alloc(0)), BERKELEY],
])('damage to %s', ([, make, path]) => {
  const bytes = make();

  test('ends in problems, and nothing is found twice as often as it is there', () => {
    const damage = fc.array(
      fc.tuple(fc.nat({ max: bytes.byteLength }), fc.uint8Array({ minLength: 1, maxLength: 4 })),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(damage, fc.nat({ max: bytes.byteLength }), fc.boolean(), (changes, length, cut) => {
        const damaged = Buffer.from(bytes);
        for (const [at, noise] of changes) damaged.set(noise.subarray(0, bytes.byteLength - at), at);

        const { findings, problems } = analyze(path, cut ? damaged.subarray(0, length) : damaged);

        expect(packagesOf(findings).length).toBeLessThanOrEqual(2 * 12);
        expect(problems.length).toBeLessThanOrEqual(101);
      }),
      { numRuns: 300 },
    );
  });
});

const REAL_NDB = join(import.meta.dirname, '../../../../shared/data/images/Packages.db');
const hasRealNdb = existsSync(REAL_NDB);
if (!hasRealNdb) console.warn('SKIPPED: there is no ndb of a real system here, so only our own are read');

test.skipIf(!hasRealNdb)('reads the ndb of a real system', () => {
  const { findings, problems } = analyze(NDB, readFileSync(REAL_NDB));

  expect(problems).toEqual([]);
  expect(namesOf(findings)).toEqual(expect.arrayContaining(['system-user-root', 'filesystem']));
});

/** The blobs that rpm wrote, as the same headers lie in any form of its database. */
function installedHeaders(sqlite: Uint8Array): readonly Buffer[] {
  return [...readSqlite(sqlite, undefined, () => expect.fail('a problem'))].map((blob) => Buffer.from(blob));
}
