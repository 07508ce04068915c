import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advisoriesPath } from '../../src/advisories/advisories-path.ts';
import { openAdvisories } from '../../src/advisories/open.ts';
import { updateAdvisories } from '../../src/advisories/update.ts';
import type { UpdateResult } from '../../src/advisories/update-options.ts';
import { apk } from '../../src/ecosystems/apk.ts';
import { cargo } from '../../src/ecosystems/cargo.ts';
import { composer } from '../../src/ecosystems/composer.ts';
import { deb } from '../../src/ecosystems/deb.ts';
import type { Ecosystem } from '../../src/ecosystems/ecosystem.ts';
import { gem } from '../../src/ecosystems/gem.ts';
import { golang } from '../../src/ecosystems/golang.ts';
import { ecosystems } from '../../src/ecosystems/index.ts';
import { npm } from '../../src/ecosystems/npm.ts';
import { pypi } from '../../src/ecosystems/pypi.ts';
import { rpm } from '../../src/ecosystems/rpm.ts';
import { affects } from '../../src/matching/affects.ts';
import { match } from '../../src/matching/match.ts';
import type { Advisory, AdvisoryDatabase } from '../../src/model/advisory.ts';
import type { LocatedPackage } from '../../src/model/package.ts';
import { findRealData } from './find-real-data.ts';
import {
  type Compare,
  isAffected,
  namedVersions,
  type OsvAffectedJson,
  type OsvJson,
  readOsvJson,
} from './osv-json.ts';
import {
  dpkgOrder,
  gemRanks,
  hasPythonPackaging,
  hasRpm,
  hasRuby,
  isPlainApk,
  isPlainNumbers,
  npmOrder,
  plainApkOrder,
  plainNumbersOrder,
  pythonRanks,
  type Ranks,
  rpmRanks,
} from './reference-orders.ts';

const data = findRealData();
/** How many versions of one package are tried. */
const MOST_VERSIONS = 16;

const cvesIn = ({ aliases = [], upstream = [], related = [] }: Omit<OsvJson, 'id' | 'affected'>) =>
  [...aliases, ...upstream, ...related].filter((name) => name.startsWith('CVE-')).length;

/** One package of one namespace, with everything that is said about it. */
interface Subject {
  readonly namespace: string;
  readonly name: string;
  readonly statements: { readonly id: string; readonly affected: OsvAffectedJson; readonly cves: number }[];
  /** What the statements name, sampled evenly. */
  readonly versions: readonly string[];
}

describe.skipIf(!data)('real advisories, against their JSON evaluated in another way', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'quality-'));
  let updated: UpdateResult;
  let database: AdvisoryDatabase;

  beforeAll(async () => {
    updated = await updateAdvisories(
      {
        dataDir,
        osvUrl: join(data ?? '', 'osv'),
        kevUrl: join(data ?? '', 'kev/known_exploited_vulnerabilities.json'),
        ecosystems: ['AlmaLinux', 'Alpine', 'Debian', 'Go', 'Packagist', 'PyPI', 'RubyGems', 'crates.io', 'npm'],
        now: () => new Date(),
      },
      new AbortController().signal,
    );
    database = openAdvisories(advisoriesPath(dataDir));
  }, 300_000);
  afterAll(() => {
    database?.close();
    rmSync(dataDir, { recursive: true });
  });

  async function readSubjects(
    ecosystem: string,
    normalise: (name: string) => string = (name) => name,
  ): Promise<readonly Subject[]> {
    const found = new Map<string, Pick<Subject, 'namespace' | 'name' | 'statements'>>();
    for (const { id, affected = [], ...names } of await readOsvJson(join(data ?? '', 'osv', ecosystem, 'all.zip'))) {
      for (const each of affected) {
        if (!each.package || each.package.ecosystem.split(':')[0] !== ecosystem) continue;
        const [namespace, name] = [each.package.ecosystem, normalise(each.package.name)];
        const key = `${namespace} ${name}`;
        const subject = found.get(key) ?? { namespace, name, statements: [] };
        subject.statements.push({ id, affected: each, cves: cvesIn(names) });
        found.set(key, subject);
      }
    }
    return [...found.values()].map((subject) => {
      const named = [...new Set(subject.statements.flatMap(({ affected }) => namedVersions(affected)))];
      const step = Math.max(1, named.length / MOST_VERSIONS);
      const sample = Array.from(
        { length: Math.min(named.length, MOST_VERSIONS) },
        (_, at) => named[Math.floor(at * step)],
      );
      return { ...subject, versions: sample.flatMap((version) => version ?? []) };
    });
  }

  /** Ids of the records that affect a version, in the JSON's own words. */
  function expectedIds({ statements }: Subject, version: string, compare: Compare): readonly string[] {
    const ids = statements.filter(({ affected }) => isAffected(version, affected, compare)).map(({ id }) => id);
    return [...new Set(ids)].sort();
  }

  const allVersions = ({ versions, statements }: Subject) => [
    ...versions,
    ...statements.flatMap(({ affected }) => namedVersions(affected)),
  ];

  const byRank =
    (ranks: Ranks) =>
    (_: Subject, at: number): Compare =>
    (a, b) =>
      (ranks[at]?.get(a) ?? Number.NaN) - (ranks[at]?.get(b) ?? Number.NaN);

  function foundIds(advisories: readonly Advisory[], version: string, { versions }: Ecosystem): readonly string[] {
    const affecting = advisories.filter((advisory) => affects(version, advisory, versions).status === 'affected');
    return affecting.map(({ id }) => id).sort();
  }

  /** Versions for which the two disagree, in words; and how many were tried. */
  function differences(
    subjects: readonly Subject[],
    ecosystem: Ecosystem,
    orderOf: (subject: Subject, at: number) => Compare,
  ): { readonly tried: number; readonly different: readonly string[] } {
    let tried = 0;
    const different: string[] = [];
    for (const [at, subject] of subjects.entries()) {
      const { namespace, name, versions } = subject;
      const [advisories, order] = [database.find(namespace, name), orderOf(subject, at)];
      for (const version of versions) {
        tried++;
        const expected = expectedIds(subject, version, order);
        const found = foundIds(advisories, version, ecosystem);
        if (expected.join() !== found.join())
          different.push(`${namespace} ${name} ${version}: expected ${expected}, found ${found}`);
      }
    }
    return { tried, different };
  }

  test('every record is read, and the catalogue with them', () => {
    expect(updated.problems).toEqual([]);
    expect(updated.snapshot.exploited).toBeGreaterThan(1_000);
    expect(updated.snapshot.namespaces.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Alpine:v3.10', 'Alpine:v3.11', 'Debian:12', 'PyPI', 'npm']),
    );
  });

  test('Debian, by dpkg', { timeout: 300_000 }, async () => {
    const { tried, different } = differences(await readSubjects('Debian'), deb, () => dpkgOrder);

    expect(different).toEqual([]);
    expect(tried).toBeGreaterThan(10);
  });

  test('Alpine, by an order of plain versions', async () => {
    const subjects = await readSubjects('Alpine');
    const isPlain = ({ versions, statements }: Subject) =>
      [...versions, ...statements.flatMap(({ affected }) => namedVersions(affected))].every(isPlainApk);
    const plain = subjects.filter(isPlain);

    const { tried, different } = differences(plain, apk, () => plainApkOrder);

    expect(different).toEqual([]);
    expect(plain.length).toBeGreaterThan(subjects.length * 0.9);
    expect(tried).toBeGreaterThan(1_000);
  });

  test('npm, by its own library', async () => {
    const { tried, different } = differences(await readSubjects('npm'), npm, () => npmOrder);

    expect(different).toEqual([]);
    expect(tried).toBeGreaterThan(300);
  });

  test.skipIf(!hasPythonPackaging())('PyPI, by the packaging library', { timeout: 120_000 }, async () => {
    const subjects = await readSubjects('PyPI', (name) => name.toLowerCase().replace(/[-_.]+/g, '-'));
    const ranks = pythonRanks(subjects.map(allVersions));
    const readable = subjects.map((subject, at) => ({
      ...subject,
      versions: subject.versions.filter((version) => ranks[at]?.has(version)),
    }));

    const { tried, different } = differences(readable, pypi, byRank(ranks));

    expect(different).toEqual([]);
    expect(tried).toBeGreaterThan(5_000);
  });

  test('Go, by the order of npm, whose is that of semantic versions', async () => {
    const { tried, different } = differences(await readSubjects('Go'), golang, () => npmOrder);

    expect(different).toEqual([]);
    expect(tried).toBeGreaterThan(3_000);
  });

  test('crates.io, by the same', async () => {
    const { tried, different } = differences(await readSubjects('crates.io'), cargo, () => npmOrder);

    expect(different).toEqual([]);
    expect(tried).toBeGreaterThan(1_000);
  });

  test.skipIf(!hasRuby())('RubyGems, by its own library', { timeout: 120_000 }, async () => {
    const subjects = await readSubjects('RubyGems');
    const { tried, different } = differences(subjects, gem, byRank(gemRanks(subjects.map(allVersions))));

    expect(different).toEqual([]);
    expect(tried).toBeGreaterThan(1_000);
  });

  test('Packagist, by an order of plain numbers', async () => {
    const subjects = await readSubjects('Packagist', (name) => name.toLowerCase());
    const plain = subjects.filter((subject) => allVersions(subject).every(isPlainNumbers));
    const { tried, different } = differences(plain, composer, () => plainNumbersOrder);

    expect(different).toEqual([]);
    expect(plain.length).toBeGreaterThan(subjects.length * 0.6);
    expect(tried).toBeGreaterThan(1_000);
  });

  test.skipIf(!hasRpm())('AlmaLinux, by rpm', { timeout: 120_000 }, async () => {
    const all = await readSubjects('AlmaLinux');
    // Of mended bugs and of enhancements (ALBA, ALEA) only those count that name a CVE.
    const subjects = all
      .filter((_, at) => at % 4 === 0)
      .map((each) => ({ ...each, statements: each.statements.filter(({ id, cves }) => /^ALSA/.test(id) || cves > 0) }));
    const { tried, different } = differences(subjects, rpm, byRank(rpmRanks(subjects.map(allVersions))));

    expect(different).toEqual([]);
    expect(tried).toBeGreaterThan(1_000);
  });

  test('a match names every record that affects a package, once, and no other', { timeout: 120_000 }, async () => {
    const subjects = await readSubjects('npm');
    const packages: readonly LocatedPackage[] = subjects.flatMap(({ name, versions }) =>
      versions.map((version) => ({
        ecosystem: 'npm',
        name,
        version,
        path: `app/node_modules/${name}@${version}`,
        layer: `sha256:${'0'.repeat(64)}` as const,
      })),
    );

    const { vulnerabilities, coverage } = match({ packages, problems: [] }, database, ecosystems);

    const named = new Map<string, string[]>();
    const chosen = new Map<string, string[]>();
    for (const { id, aliases, affected } of vulnerabilities) {
      for (const { package: pkg, advisoryId } of affected) {
        named.set(pkg.path, [...(named.get(pkg.path) ?? []), id, ...aliases]);
        chosen.set(pkg.path, [...(chosen.get(pkg.path) ?? []), advisoryId]);
      }
    }
    for (const subject of subjects) {
      for (const version of subject.versions) {
        const path = `app/node_modules/${subject.name}@${version}`;
        const expected = expectedIds(subject, version, npmOrder);
        expect(named.get(path) ?? []).toEqual(expect.arrayContaining([...expected]));
        expect(expected).toEqual(expect.arrayContaining(chosen.get(path) ?? []));
      }
    }
    expect(new Set(vulnerabilities.map(({ id }) => id)).size).toBe(vulnerabilities.length);
    expect(coverage).toBe('known');
  });
});
