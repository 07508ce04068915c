import { expect, test } from 'vitest';
import type { FindingChange } from '../../src/model/match-change.ts';
import { describeEachEngine } from '../support/describe-each-engine.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { samplePackage, sampleResult, sampleSummary, sampleVulnerability } from '../support/sample-scans.ts';

const scannedAt = new Date('2026-11-25T01:00:00Z');
const everything = { offset: 0, limit: 100 };

describeEachEngine('the log of what matching changes', (fixture) => {
  /** One content under two tags, scanned with these vulnerabilities. */
  const scanned = async (...ids: readonly string[]) => {
    const { store } = fixture;
    const { id } = await store.registries.add(sampleRegistry('r'));
    const image = sampleImage('x');
    await store.images.saveTags(id, 'app', [sampleTag('a', [image]), sampleTag('b', [image])]);
    const [first = 0] = await store.images.select({ all: true });
    const artifactId = (await store.images.get(first))?.artifactId ?? 0;
    const vulnerabilities = ids.map((each) => sampleVulnerability(each));
    await store.inventories.saveScan(sampleResult(artifactId, { vulnerabilities, advisorySnapshot: 'one' }));
    return artifactId;
  };
  const match = (artifactId: number, vulnerabilities: readonly ReturnType<typeof sampleVulnerability>[]) => ({
    artifactId,
    scannedAt,
    vulnerabilities,
    summary: sampleSummary({ vulnerabilities: vulnerabilities.length }),
    advisorySnapshot: 'two',
    reasonOf: (change: FindingChange) => (change.after ? ('advisory-new' as const) : ('advisory-withdrawn' as const)),
  });

  test('names what appeared, went and changed, in which images, and why', async () => {
    const { store, clock } = fixture;
    const artifactId = await scanned('CVE-gone', 'CVE-rated', 'CVE-mended', 'CVE-same');
    const mended = [{ package: samplePackage, advisoryId: 'DEBIAN-CVE-mended', fixedVersion: '9' }];

    await store.inventories.saveMatch(
      match(artifactId, [
        sampleVulnerability('CVE-new'),
        sampleVulnerability('CVE-rated', { severity: 'low' }),
        sampleVulnerability('CVE-mended', { affected: mended }),
        sampleVulnerability('CVE-same'),
      ]),
    );
    const { rows, total } = await store.matchChanges.list(everything);

    expect(total).toBe(4);
    const common = { at: clock.now, artifactId, from: 'one', to: 'two', packages: 'libssl3 3.0.11-1~deb12u2' };
    expect(rows.toSorted((a, b) => (a.vulnerabilityId < b.vulnerabilityId ? -1 : 1))).toMatchObject([
      { ...common, vulnerabilityId: 'CVE-gone', change: 'gone', reason: 'advisory-withdrawn', severity: 'critical' },
      {
        ...common,
        vulnerabilityId: 'CVE-mended',
        change: 'changed',
        reason: 'fix-changed',
        detail: '3.0.13-1~deb12u1 → 9',
      },
      { ...common, vulnerabilityId: 'CVE-new', change: 'appeared', reason: 'advisory-new', detail: 'DEBIAN-CVE-new' },
      {
        ...common,
        vulnerabilityId: 'CVE-rated',
        change: 'changed',
        reason: 'severity-changed',
        severity: 'low',
        detail: 'critical → low',
      },
    ]);
    expect(rows[0]?.images.map((reference) => reference.split('/').at(-1))).toEqual(['app:a', 'app:b']);
    const stored = await store.findings.vulnerabilities(artifactId, { conditions: [], ...everything });
    expect(stored.rows.map(({ id, severity }) => [id, severity])).toEqual([
      ['CVE-mended', 'critical'],
      ['CVE-new', 'critical'],
      ['CVE-same', 'critical'],
      ['CVE-rated', 'low'],
    ]);
  });

  test('says nothing of a match that finds the same, of a first scan, and of what was unknown before', async () => {
    const { store } = fixture;
    const artifactId = await scanned('CVE-same');
    await store.inventories.saveMatch(match(artifactId, [sampleVulnerability('CVE-same')]));
    expect((await store.matchChanges.list(everything)).total).toBe(0);

    const unknown = sampleSummary({ vulnerabilities: undefined });
    await store.inventories.saveScan(sampleResult(artifactId, { summary: unknown, vulnerabilities: [] }));
    const before = (await store.matchChanges.list(everything)).total;
    await store.inventories.saveMatch(match(artifactId, [sampleVulnerability('CVE-known-now')]));

    expect((await store.matchChanges.list(everything)).total).toBe(before);
  });

  test('a scan anew is a reason of its own', async () => {
    const { store } = fixture;
    const artifactId = await scanned('CVE-1');

    await store.inventories.saveScan(
      sampleResult(artifactId, { vulnerabilities: [sampleVulnerability('CVE-2')], advisorySnapshot: 'two' }),
    );

    const { rows } = await store.matchChanges.list(everything);
    expect(rows.map(({ vulnerabilityId, change, reason }) => [vulnerabilityId, change, reason]).sort()).toEqual([
      ['CVE-1', 'gone', 'scanned-anew'],
      ['CVE-2', 'appeared', 'scanned-anew'],
    ]);
  });

  test('is asked by time and by vulnerability, and forgets', async () => {
    const { store, clock } = fixture;
    const artifactId = await scanned('CVE-1');
    const first = clock.now;
    await store.inventories.saveMatch(match(artifactId, [sampleVulnerability('CVE-2')]));
    clock.now = new Date(first.getTime() + 1000);
    await store.inventories.saveMatch({ ...match(artifactId, []), advisorySnapshot: 'three' });
    const ask = async (query: object) => (await store.matchChanges.list({ ...everything, ...query })).total;

    expect(await ask({})).toBe(3);
    expect(await ask({ since: clock.now })).toBe(1);
    expect(await ask({ until: first })).toBe(2);
    expect(await ask({ vulnerabilityId: 'CVE-2' })).toBe(2);
    expect(await store.matchChanges.forget(clock.now)).toBe(2);
    expect(await ask({})).toBe(1);
  });

  test('two workers that match one image at once write every change once', async () => {
    const { store } = fixture;
    const artifactId = await scanned('CVE-1');
    const result = match(artifactId, [sampleVulnerability('CVE-2'), sampleVulnerability('CVE-3')]);

    await Promise.all([store.inventories.saveMatch(result), store.inventories.saveMatch(result)]);

    expect((await store.matchChanges.list(everything)).total).toBe(3);
  });
});

describeEachEngine('what matching anew asks of the store', (fixture) => {
  const scanned = async (name: string, key: string) => {
    const { store } = fixture;
    const { id } = await store.registries.add(sampleRegistry(name));
    await store.images.saveTags(id, 'app', [sampleTag('a', [sampleImage(name)])]);
    const [newest = 0] = await store.images.select({ all: true });
    const artifactId = (await store.images.get(newest))?.artifactId ?? 0;
    const source = { name: `source-of-${name}`, version: '1' };
    const inventory = {
      os: { family: 'debian', release: '12', name: 'Debian' },
      packages: [samplePackage, { ...samplePackage, name: `lib-${name}`, source }],
      problems: [],
    };
    await store.inventories.saveScan(sampleResult(artifactId, { inventory, advisorySnapshot: key }));
    return artifactId;
  };

  test('which other keys there are, which results have one, and what they hold', async () => {
    const { store } = fixture;
    const [a, b] = [await scanned('a', 'one'), await scanned('b', 'two')];
    const names = await store.matches.packageNames();
    const holders = (key: string) =>
      store.matches.holders(
        names.filter(({ sourceName }) => sourceName.startsWith('source-of-')),
        key,
      );

    expect([...(await store.matches.otherKeys('two'))]).toEqual(['one']);
    expect([...(await store.matches.otherKeys('three'))].sort()).toEqual(['one', 'two']);
    expect(await store.matches.matchedWith('one')).toEqual([{ id: a, scannedAt }]);
    expect(names).toHaveLength(3);
    expect(await holders('two')).toEqual([
      { artifactId: b, ecosystem: 'deb', name: 'lib-b', sourceName: 'source-of-b' },
    ]);
    expect((await store.matches.systems('one')).get(a)).toMatchObject({ family: 'debian', release: '12' });
  });

  test('only results that are still what they were take a new key', async () => {
    const { store } = fixture;
    const [a, b] = [await scanned('a', 'one'), await scanned('b', 'one')];
    const before = await store.matches.matchedWith('one');
    const later = sampleSummary({ scannedAt: new Date('2026-11-25T02:00:00Z') });
    await store.inventories.saveScan(sampleResult(b, { summary: later, advisorySnapshot: 'one' }));

    expect(await store.matches.markMatched(before, 'one', 'two')).toBe(1);

    expect((await store.matches.matchedWith('two')).map(({ id }) => id)).toEqual([a]);
    expect((await store.matches.matchedWith('one')).map(({ id }) => id)).toEqual([b]);
    expect(await store.matches.markMatched([], 'one', 'two')).toBe(0);
  });

  test('scores of vulnerabilities are read by number, and saved without anything else of them', async () => {
    const { store } = fixture;
    await scanned('a', 'one');
    const stored = await store.matches.scores(0, 10);
    const [first] = stored;
    expect(stored).toHaveLength(1);

    const epss = { probability: 0.25, percentile: 0.975 };
    await store.matches.saveScores(stored.map((each) => ({ ...each, epss })));
    expect(await store.matches.scores(0, 10)).toEqual([{ ...first, epss }]);
    expect(await store.matches.scores(first?.number ?? 0, 10)).toEqual([]);

    await store.matches.saveScores([{ number: first?.number ?? 0, id: '' }]);
    expect(await store.matches.scores(0, 10)).toEqual([{ number: first?.number, id: first?.id }]);
  });
});
