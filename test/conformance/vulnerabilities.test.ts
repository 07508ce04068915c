import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Severity } from '../../src/model/severity.ts';
import type { Vulnerability } from '../../src/model/vulnerability.ts';
import { isMustFix } from '../../src/scan/summarise.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import type { IgnoreChange } from '../../src/store/ignore-rules.ts';
import type { ImageQuery } from '../../src/store/image-query.ts';
import type { Store } from '../../src/store/store.ts';
import type { VulnerabilitySearch } from '../../src/store/vulnerability-search.ts';
import { describeEachEngine } from '../support/describe-each-engine.ts';
import { digestOf, sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { samplePackage, sampleResult, sampleSummary, sampleVulnerability } from '../support/sample-scans.ts';

const all: ImageQuery = {
  conditions: [],
  latestOnly: false,
  runningOnly: false,
  sort: { key: 'id', direction: 'asc' },
  offset: 0,
  limit: 1000,
};
const search = (overrides: Partial<VulnerabilitySearch> = {}): VulnerabilitySearch => ({
  packages: 'system',
  conditions: [],
  images: [],
  sort: { key: 'severity', direction: 'desc' },
  offset: 0,
  limit: 100,
  ...overrides,
});
const configOf = (seed: string) => digestOf(`config ${seed}`);

/** A package in an application. */
const lodash = { ...samplePackage, ecosystem: 'npm', name: 'lodash', version: '4.17.11', source: undefined };
const unfixed = (id: string, severity: Severity) =>
  sampleVulnerability(id, { severity, affected: [{ package: samplePackage, advisoryId: id }] });

/** What a scan with these vulnerabilities saves; `partial`: something could not be decided. */
function scanOf(artifactId: number, vulnerabilities: readonly Vulnerability[], at: Date, partial = false) {
  const count = (...levels: Severity[]) => vulnerabilities.filter(({ severity }) => levels.includes(severity)).length;
  const mustFix = vulnerabilities.some(isMustFix);
  return sampleResult(artifactId, {
    vulnerabilities,
    summary: sampleSummary({
      ...(partial ? { vulnerability: { status: 'scanned', progress: 100, cause: 'version-undecided' } } : {}),
      scannedAt: at,
      vulnerabilities: vulnerabilities.length,
      critical: count('critical'),
      high: count('high'),
      medium: count('medium'),
      low: count('low', 'unknown'),
      needsFix: partial && !mustFix ? undefined : mustFix,
    }),
  });
}

const day = (n: number) => new Date(Date.UTC(2026, 0, n));

describeEachEngine('vulnerabilities', (fixture) => {
  const rows = async () => (await fixture.store.images.list(all)).rows;
  const listed = async (overrides: Partial<VulnerabilitySearch> = {}) =>
    fixture.store.vulnerabilities.list(search(overrides));
  const ids = async (overrides: Partial<VulnerabilitySearch> = {}) =>
    (await listed(overrides)).rows.map((row) => row.id);
  const numberOf = async (id: string): Promise<number> => {
    for (const packages of ['system', 'application'] as const) {
      const { rows: found } = await listed({
        packages,
        conditions: [{ kind: 'id', match: 'equals', values: [id] }],
      });
      if (found[0]) return found[0].number;
    }
    throw new Error(`no vulnerability ${id}`);
  };

  /** One row per seed, in one repository unless the seed says `repository/tag`. */
  async function addImages(...seeds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { id } = await fixture.store.registries.add(sampleRegistry('r'));
    const artifacts = new Map<string, number>();
    for (const seed of seeds) {
      const [repository, tag] = seed.includes('/') ? seed.split('/') : ['app', seed];
      await fixture.store.images.saveTags(id, `team/${repository}`, [sampleTag(tag ?? '', [sampleImage(seed)])]);
      artifacts.set(seed, (await fixture.store.images.findByImageId(configOf(seed)))?.artifactId ?? 0);
    }
    return artifacts;
  }

  const scan = (artifacts: ReadonlyMap<string, number>, seed: string, found: readonly Vulnerability[], at = day(1)) =>
    fixture.store.inventories.saveScan(scanOf(artifacts.get(seed) ?? 0, found, at));

  const counts = async () =>
    (await rows()).map(({ tag, summary }) => [
      tag,
      summary.vulnerabilities,
      summary.critical,
      summary.high,
      summary.medium,
      summary.low,
      summary.needsFix,
      summary.ignored ?? 0,
    ]);

  describe('ignore rules', () => {
    test('a rule for every image leaves the vulnerability out of counts and lists at once, and its end brings it back', async () => {
      const artifacts = await addImages('a', 'b');
      await scan(artifacts, 'a', [sampleVulnerability('CVE-1'), unfixed('CVE-2', 'medium')]);
      await scan(artifacts, 'b', [sampleVulnerability('CVE-1', { severity: 'high' })]);
      const number = await numberOf('CVE-1');
      const before = await rows();

      await fixture.store.ignoreRules.add([{ number }], 'key');

      expect(await counts()).toEqual([
        ['a', 1, 0, 0, 1, 0, false, 1],
        ['b', 0, 0, 0, 0, 0, false, 1],
      ]);
      expect(await ids()).toEqual(['CVE-2']);
      const page = { conditions: [], offset: 0, limit: 10 };
      const inA = await fixture.store.findings.vulnerabilities(artifacts.get('a') ?? 0, page);
      expect([inA.total, inA.rows.map((row) => row.id)]).toEqual([1, ['CVE-2']]);
      const left = await fixture.store.findings.vulnerabilities(artifacts.get('a') ?? 0, {
        ...page,
        conditions: [{ kind: 'ignored' }],
      });
      expect([left.total, left.rows.map((row) => row.id)]).toEqual([1, ['CVE-1']]);

      expect(await fixture.store.ignoreRules.remove([{ number }])).toEqual({ everywhere: [] });

      expect(await rows()).toEqual(before);
      expect(await ids()).toEqual(['CVE-1', 'CVE-2']);
    });

    test('the latest image is recommended for a fix only while something that counts needs one', async () => {
      const artifacts = await addImages('a');
      await scan(artifacts, 'a', [sampleVulnerability('CVE-1')]);
      const number = await numberOf('CVE-1');
      expect((await rows())[0]).toMatchObject({ latest: true, fixRecommended: true });

      await fixture.store.ignoreRules.add([{ number }], 'key');
      expect((await rows())[0]).toMatchObject({ fixRecommended: false, summary: { needsFix: false } });

      await fixture.store.ignoreRules.remove([{ number }]);
      expect((await rows())[0]).toMatchObject({ fixRecommended: true, summary: { needsFix: true } });
    });

    test('a rule for one image leaves the others alone', async () => {
      const artifacts = await addImages('a', 'b');
      for (const seed of ['a', 'b']) await scan(artifacts, seed, [sampleVulnerability('CVE-1')]);
      const number = await numberOf('CVE-1');

      await fixture.store.ignoreRules.add([{ number, imageIds: [configOf('a')] }], 'key');

      expect((await counts()).map(([tag, total]) => [tag, total])).toEqual([
        ['a', 0],
        ['b', 1],
      ]);
      expect((await listed()).rows).toMatchObject([{ id: 'CVE-1', images: 1 }]);
      const tags = async (ignored: boolean) =>
        (
          await fixture.store.images.list({ ...all, conditions: [{ kind: 'vulnerability', number, ignored }] })
        ).rows.map((row) => row.tag);
      expect([await tags(false), await tags(true)]).toEqual([['b'], ['a']]);
    });

    test('a later scan does not bring an ignored vulnerability back', async () => {
      const artifacts = await addImages('a', 'b');
      await scan(artifacts, 'a', [sampleVulnerability('CVE-1')]);
      const number = await numberOf('CVE-1');
      await fixture.store.ignoreRules.add([{ number }], 'key');

      await scan(
        artifacts,
        'a',
        [sampleVulnerability('CVE-1'), sampleVulnerability('CVE-2', { severity: 'low' })],
        day(2),
      );
      await scan(artifacts, 'b', [sampleVulnerability('CVE-1')], day(2));

      expect(await counts()).toEqual([
        ['a', 1, 0, 0, 0, 1, false, 1],
        ['b', 0, 0, 0, 0, 0, false, 1],
      ]);
      await fixture.store.ignoreRules.remove([{ number }]);
      expect((await counts()).map(([, total, , , , , needsFix, ignored]) => [total, needsFix, ignored])).toEqual([
        [2, true, 0],
        [1, true, 0],
      ]);
    });

    test('a rule made before the first scan of its image works from that scan on', async () => {
      const artifacts = await addImages('a', 'b');
      await scan(artifacts, 'a', [sampleVulnerability('CVE-1')]);
      const number = await numberOf('CVE-1');
      await fixture.store.ignoreRules.add([{ number, imageIds: [configOf('b')] }], 'key');

      await scan(artifacts, 'b', [sampleVulnerability('CVE-1')]);

      expect((await counts()).map(([, total]) => total)).toEqual([1, 0]);
    });

    test('a row that comes later counts as the other rows of its artifact do', async () => {
      const artifacts = await addImages('a');
      await scan(artifacts, 'a', [sampleVulnerability('CVE-1'), unfixed('CVE-2', 'low')]);
      await fixture.store.ignoreRules.add([{ number: await numberOf('CVE-1') }], 'key');

      const registry = await fixture.store.registries.add(sampleRegistry('second'));
      await fixture.store.images.saveTags(registry.id, 'copy', [
        sampleTag('x', [sampleImage('a')]),
        sampleTag('y', [sampleImage('a')]),
      ]);

      expect(new Set((await counts()).map(([, ...numbers]) => JSON.stringify(numbers))).size).toBe(1);
      expect((await rows())[2]?.summary).toMatchObject({ vulnerabilities: 1, critical: 0, low: 1, needsFix: false });
    });

    test('an unknown count stays unknown, and an undecided scan never says that nothing needs a fix', async () => {
      const artifacts = await addImages('unscanned', 'partial');
      await fixture.store.inventories.saveScan(
        scanOf(artifacts.get('partial') ?? 0, [sampleVulnerability('CVE-1')], day(1), true),
      );
      const number = await numberOf('CVE-1');

      await fixture.store.ignoreRules.add([{ number }], 'key');

      const [unscanned, partial] = await rows();
      expect(unscanned?.summary).toMatchObject({
        vulnerabilities: undefined,
        critical: undefined,
        needsFix: undefined,
      });
      expect(partial).toMatchObject({ fixRecommended: undefined });
      expect(partial?.summary).toMatchObject({ vulnerabilities: 0, critical: 0, needsFix: undefined, ignored: 1 });
      await fixture.store.ignoreRules.remove([{ number }]);
      expect((await rows())[1]).toMatchObject({
        fixRecommended: true,
        summary: { vulnerabilities: 1, needsFix: true },
      });
    });

    test('making a rule twice is making it once, later; removing what is not there changes nothing', async () => {
      const artifacts = await addImages('a');
      await scan(artifacts, 'a', [sampleVulnerability('CVE-1')]);
      const number = await numberOf('CVE-1');
      const before = await counts();
      const query = { conditions: [], direction: 'desc', offset: 0, limit: 10 } as const;

      expect(await fixture.store.ignoreRules.remove([{ number }])).toEqual({ everywhere: [] });
      await fixture.store.ignoreRules.add([{ number }, { number }], 'one');
      fixture.clock.now = new Date(fixture.clock.now.getTime() + 60_000);
      await fixture.store.ignoreRules.add([{ number }], 'two');

      expect((await counts())[0]?.slice(1, 3)).toEqual([0, 0]);
      expect(await fixture.store.ignoreRules.list(query)).toEqual({
        total: 1,
        rows: [
          { number, id: 'CVE-1', title: 'title of CVE-1', everywhere: true, images: 1, changedAt: fixture.clock.now },
        ],
      });
      await fixture.store.ignoreRules.remove([{ number }]);
      await fixture.store.ignoreRules.remove([{ number }]);
      expect(await counts()).toEqual(before);
      expect(await fixture.store.ignoreRules.list(query)).toEqual({ total: 0, rows: [] });
    });

    test('an image cannot be taken out of a rule for every image, and nothing is changed when it is tried', async () => {
      const artifacts = await addImages('a', 'b');
      for (const seed of ['a', 'b'])
        await scan(artifacts, seed, [sampleVulnerability('CVE-1'), unfixed('CVE-2', 'low')]);
      const number = await numberOf('CVE-1');
      const other = await numberOf('CVE-2');
      await fixture.store.ignoreRules.add([{ number }, { number: other, imageIds: [configOf('a')] }], 'key');
      const before = await rows();

      const removed = await fixture.store.ignoreRules.remove([
        { number: other },
        { number, imageIds: [configOf('a')] },
      ]);

      expect(removed).toEqual({ everywhere: [number] });
      expect(await rows()).toEqual(before);
    });

    test('rules are listed by vulnerability, newest change first, filtered, and paged to their total', async () => {
      const artifacts = await addImages('a', 'b');
      const found = ['CVE-1', 'CVE-2', 'CVE-3'].map((id) => sampleVulnerability(id));
      for (const seed of ['a', 'b']) await scan(artifacts, seed, found);
      for (const id of ['CVE-2', 'CVE-1', 'CVE-3']) {
        fixture.clock.now = new Date(fixture.clock.now.getTime() + 1000);
        await fixture.store.ignoreRules.add(
          [{ number: await numberOf(id), imageIds: id === 'CVE-3' ? [configOf('b')] : undefined } as IgnoreChange],
          'key',
        );
      }
      const list = (overrides: object) =>
        fixture.store.ignoreRules.list({ conditions: [], direction: 'desc', offset: 0, limit: 10, ...overrides });

      expect((await list({})).rows.map((row) => [row.id, row.everywhere, row.images])).toEqual([
        ['CVE-3', false, 1],
        ['CVE-1', true, 2],
        ['CVE-2', true, 2],
      ]);
      expect((await list({ direction: 'asc', limit: 1, offset: 2 })).rows.map((row) => row.id)).toEqual(['CVE-3']);
      expect(await list({ limit: 0 })).toEqual({ rows: [], total: 3 });
      const condition = (field: 'id' | 'title', match: 'equals' | 'contains', value: string) =>
        list({ conditions: [{ field, match, values: [value] }] });
      expect((await condition('id', 'equals', 'CVE-1')).rows.map((row) => row.id)).toEqual(['CVE-1']);
      expect((await condition('title', 'contains', 'OF cve-2')).total).toBe(1);
    });

    test('images are named by the Id of a row, the manifest digest or the config digest', async () => {
      await addImages('a');
      const [row] = await rows();
      const digest = digestOf('manifest a');

      const found = await fixture.store.ignoreRules.resolveImages([
        String(row?.id),
        digest,
        configOf('a'),
        '999',
        digestOf('nobody'),
      ]);

      expect(found).toEqual(
        new Map([
          [String(row?.id), configOf('a')],
          [digest, configOf('a')],
          [configOf('a'), configOf('a')],
        ]),
      );
    });

    test('rules and scans that are saved at the same time leave no count wrong', { timeout: 120_000 }, async () => {
      const seeds = Array.from({ length: 8 }, (_unused, i) => `i${i}`);
      const artifacts = await addImages(...seeds);
      const found = [sampleVulnerability('CVE-1'), sampleVulnerability('CVE-2', { severity: 'high' })];
      await scan(artifacts, 'i0', found);
      const numbers = [await numberOf('CVE-1'), await numberOf('CVE-2')];
      const { id } = await fixture.store.registries.add(sampleRegistry('copies'));

      await Promise.all([
        ...seeds.map((seed) => scan(artifacts, seed, found)),
        ...numbers.map((number) => fixture.store.ignoreRules.add([{ number }], 'key')),
        ...seeds.map((seed) => fixture.store.images.saveTags(id, seed, [sampleTag('copy', [sampleImage(seed)])])),
        fixture.store.ignoreRules.remove([{ number: numbers[0] ?? 0 }]),
      ]);

      await expectCountsOfARecount(fixture.url);
    });
  });

  test('whatever scans, rows and rules come in whatever order, counts equal a recount', {
    timeout: 300_000,
  }, async () => {
    const seeds = ['p', 'q', 'r'];
    const cves = ['CVE-A', 'CVE-B', 'CVE-C', 'CVE-D'];
    const { id: registry } = await fixture.store.registries.add(sampleRegistry('random'));
    const repositories = new Set<string>();
    let round = 0;
    const found = fc.record({
      id: fc.constantFrom(...cves),
      severity: fc.constantFrom<Severity>('unknown', 'low', 'medium', 'high', 'critical'),
      fixed: fc.boolean(),
      exploited: fc.boolean(),
    });
    const place = fc.option(fc.subarray(seeds, { minLength: 1 }), { nil: undefined });
    const act = fc.oneof(
      fc.record({
        act: fc.constant('scan' as const),
        seed: fc.constantFrom(...seeds),
        found: fc.uniqueArray(found, { selector: (each) => each.id }),
        partial: fc.boolean(),
      }),
      fc.record({
        act: fc.constantFrom('add' as const, 'remove' as const),
        rules: fc.array(fc.record({ cve: fc.constantFrom(...cves), place }), { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ act: fc.constant('list' as const), seed: fc.constantFrom(...seeds) }),
    );
    const database = openDatabase(fixture.url);
    // Every vulnerability must exist before a rule can name it.
    await fixture.store.images.saveTags(registry, 'first', [sampleTag('1', [sampleImage('first')])]);
    const first = (await fixture.store.images.findByImageId(configOf('first')))?.artifactId ?? 0;
    await fixture.store.inventories.saveScan(
      scanOf(
        first,
        cves.map((id) => sampleVulnerability(id)),
        day(1),
      ),
    );
    const numbers = new Map<string, number>();
    for (const id of cves) numbers.set(id, await numberOf(id));

    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 20 }), async (acts) => {
        round++;
        const named = (seed: string) => `${round} ${seed}`;
        await fixture.store.ignoreRules.remove([...numbers.values()].map((number) => ({ number })));
        for (const each of acts) await perform(fixture.store, each, named);
        await expectCountsOfARecount(fixture.url, database);
      }),
      { numRuns: 40 },
    );
    await database.close();

    async function perform(
      store: Store,
      each: typeof act extends fc.Arbitrary<infer T> ? T : never,
      named: (seed: string) => string,
    ) {
      if (each.act === 'list') {
        const seed = named(each.seed);
        repositories.add(seed);
        await store.images.saveTags(registry, `r${repositories.size}`, [sampleTag('1', [sampleImage(seed)])]);
      } else if (each.act === 'scan') {
        const artifact = await store.images.findByImageId(configOf(named(each.seed)));
        if (!artifact) return;
        const vulnerabilities = each.found.map(({ id, severity, fixed, exploited }) => ({
          ...(fixed ? sampleVulnerability(id) : unfixed(id, severity)),
          severity,
          exploited,
        }));
        await store.inventories.saveScan(scanOf(artifact.artifactId, vulnerabilities, day(2), each.partial));
      } else {
        const changes = each.rules.map(({ cve, place: seedsOfRule }) => ({
          number: numbers.get(cve) ?? 0,
          ...(seedsOfRule ? { imageIds: seedsOfRule.map((seed) => configOf(named(seed))) } : {}),
        }));
        if (each.act === 'add') await store.ignoreRules.add(changes, 'key');
        else await store.ignoreRules.remove(changes);
      }
    }
  });

  describe('lists over all images', () => {
    const remote = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
    const local = 'CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

    async function fill(): Promise<ReadonlyMap<string, number>> {
      const artifacts = await addImages('web/1', 'web/2', 'api/1', 'gone');
      const npm = { package: lodash, advisoryId: 'GHSA-1', fixedVersion: '4.17.12' };
      await scan(artifacts, 'web/1', [
        sampleVulnerability('CVE-1', { severity: 'medium', cvss: { score: 5, vector: local } }),
        sampleVulnerability('CVE-2', { affected: [npm], exploited: true, cvss: { score: 9.1, vector: remote } }),
      ]);
      await scan(
        artifacts,
        'web/2',
        [
          sampleVulnerability('CVE-1', {
            severity: 'high',
            cvss: undefined,
            affected: unfixed('CVE-1', 'high').affected,
          }),
          { ...unfixed('CVE-3', 'unknown'), exploitPublic: true },
        ],
        day(3),
      );
      await scan(artifacts, 'api/1', [sampleVulnerability('CVE-1', { severity: 'low', cvss: undefined })], day(2));
      await scan(artifacts, 'gone', [sampleVulnerability('CVE-9')]);
      const gone = (await rows()).find((row) => row.tag === 'gone');
      const registryId = gone?.registryId ?? 0;
      const known = await fixture.store.images.knownTags(registryId, 'team/web');
      const api = await fixture.store.images.knownTags(registryId, 'team/api');
      await fixture.store.images.touchTags(
        [...known.values(), ...api.values()].map((tag) => tag.id),
        new Date(4e12),
      );
      await fixture.store.images.removeUnseen(registryId, new Date(3e12), new Date(9e12));
      return artifacts;
    }

    test('each vulnerability is one row with the worst of its images; what left the registries is not listed', async () => {
      await fill();

      const system = await listed();
      const application = await listed({ packages: 'application' });

      expect(system).toEqual({
        total: 2,
        rows: [
          {
            number: expect.any(Number),
            id: 'CVE-1',
            title: 'title of CVE-1',
            severity: 'high',
            cvss: { score: 5, vector: local },
            fixable: true,
            exploited: false,
            system: true,
            application: false,
            firstFoundAt: day(1),
            lastFoundAt: day(3),
            images: 3,
          },
          expect.objectContaining({
            id: 'CVE-3',
            severity: 'unknown',
            fixable: false,
            images: 1,
            firstFoundAt: day(3),
          }),
        ],
      });
      expect(application).toMatchObject({ total: 1, rows: [{ id: 'CVE-2', exploited: true, application: true }] });
    });

    test('a vulnerability of both kinds counts in each list the images where it is of that kind', async () => {
      const artifacts = await addImages('a', 'b');
      await scan(artifacts, 'a', [sampleVulnerability('CVE-1')]);
      await scan(artifacts, 'b', [
        sampleVulnerability('CVE-1', {
          severity: 'low',
          affected: [{ package: lodash, advisoryId: 'GHSA-1' }],
        }),
      ]);

      expect((await listed()).rows).toMatchObject([{ id: 'CVE-1', severity: 'critical', images: 1 }]);
      expect((await listed({ packages: 'application' })).rows).toMatchObject([{ severity: 'low', images: 1 }]);
    });

    test('conditions on what a row shows', async () => {
      await fill();

      expect(await ids({ conditions: [{ kind: 'severity', values: ['high', 'critical'] }] })).toEqual(['CVE-1']);
      expect(await ids({ conditions: [{ kind: 'severity', values: ['medium'] }] })).toEqual([]);
      expect(await ids({ conditions: [{ kind: 'severity', values: ['low', 'unknown'] }] })).toEqual(['CVE-3']);
      expect(await ids({ conditions: [{ kind: 'id', match: 'contains', values: ['cve-3'] }] })).toEqual(['CVE-3']);
      expect(await ids({ conditions: [{ kind: 'title', match: 'contains', values: ['OF CVE-1'] }] })).toEqual([
        'CVE-1',
      ]);
      expect(await ids({ conditions: [{ kind: 'fixable', value: true }] })).toEqual(['CVE-1']);
      expect(await ids({ conditions: [{ kind: 'fixable', value: false }] })).toEqual(['CVE-3']);
      expect(await ids({ conditions: [{ kind: 'urgent' }] })).toEqual([]);
      expect(await ids({ conditions: [{ kind: 'any-of', conditions: [] }] })).toEqual([]);
      const eitherOr = {
        kind: 'any-of',
        conditions: [{ kind: 'urgent' }, { kind: 'severity', values: ['unknown'] }],
      } as const;
      expect(await ids({ conditions: [eitherOr] })).toEqual(['CVE-3']);
      const application = { packages: 'application' } as const;
      expect(await ids({ ...application, conditions: [{ kind: 'exploited' }] })).toEqual(['CVE-2']);
      expect(await ids({ ...application, conditions: [{ kind: 'exploited-remotely' }] })).toEqual(['CVE-2']);
      expect(await ids({ ...application, conditions: [{ kind: 'urgent' }] })).toEqual(['CVE-2']);
      expect(await ids({ conditions: [{ kind: 'exploited' }] })).toEqual([]);
      expect(await ids({ conditions: [{ kind: 'exploit-public' }] })).toEqual(['CVE-3']);
    });

    test('conditions on the images and packages that it affects', async () => {
      await fill();
      const named = (value: string) =>
        ({ images: [{ kind: 'text', field: 'name', match: 'contains', values: [value] }] }) as const;
      const latest = { images: [{ kind: 'value', field: 'latest', values: [true] }] } as const;
      const equals = (value: string) => [{ match: 'equals', values: [value] }] as const;

      expect(await ids(named('WEB'))).toEqual(['CVE-1', 'CVE-3']);
      expect(await ids(named('api'))).toEqual(['CVE-1']);
      expect(await ids(named('nobody'))).toEqual([]);
      expect(await ids(latest)).toEqual(['CVE-1', 'CVE-3']);
      expect(await ids({ package: { names: equals('libssl3'), versions: [] } })).toEqual(['CVE-1', 'CVE-3']);
      expect(await ids({ package: { names: [{ match: 'contains', values: ['SSL'] }], versions: [] } })).toEqual([
        'CVE-1',
        'CVE-3',
      ]);
      expect(await ids({ package: { names: equals('lodash'), versions: [] } })).toEqual([]);
      expect(
        await ids({ packages: 'application', package: { names: equals('lodash'), versions: equals('4.17.11') } }),
      ).toEqual(['CVE-2']);
      expect(await ids({ packages: 'application', package: { names: [], versions: equals('4.17.12') } })).toEqual([]);
      expect(await ids({ ...named('api'), package: { names: equals('libssl3'), versions: [] } })).toEqual(['CVE-1']);
      expect(await ids({ ...named('api'), package: { names: equals('lodash'), versions: [] } })).toEqual([]);
    });

    test('a package that no image has any more selects nothing', async () => {
      const artifacts = await addImages('a');
      await scan(artifacts, 'a', [sampleVulnerability('CVE-1')]);

      await scan(artifacts, 'a', [
        sampleVulnerability('CVE-1', {
          affected: [{ package: { ...samplePackage, version: '3.0.12' }, advisoryId: 'x' }],
        }),
      ]);

      const versions = (value: string) =>
        ids({ package: { names: [], versions: [{ match: 'equals', values: [value] }] } });
      expect(await versions(samplePackage.version)).toEqual([]);
      expect(await versions('3.0.12')).toEqual(['CVE-1']);
    });

    test('pages in every order add up to the total', async () => {
      const artifacts = await addImages('a', 'b');
      const many = Array.from({ length: 23 }, (_unused, i) =>
        sampleVulnerability(`CVE-${i}`, { severity: (['low', 'high', 'critical'] as const)[i % 3] ?? 'low' }),
      );
      await scan(artifacts, 'a', many.slice(0, 12));
      await scan(artifacts, 'b', many, day(2));

      for (const key of ['lastFoundAt', 'firstFoundAt', 'severity', 'images'] as const) {
        for (const direction of ['asc', 'desc'] as const) {
          const seen = [];
          for (let offset = 0; offset < 30; offset += 5) {
            const page = await listed({ sort: { key, direction }, offset, limit: 5 });
            expect(page.total).toBe(23);
            seen.push(...page.rows);
          }
          expect(new Set(seen.map((row) => row.number)).size).toBe(23);
          const values = seen.map((row) => (key === 'severity' ? 0 : Number(row[key])));
          expect(values).toEqual(values.toSorted((x, y) => (direction === 'asc' ? x - y : y - x)));
        }
      }
      expect((await listed({ sort: { key: 'images', direction: 'desc' } })).rows.map((row) => row.images)).toEqual([
        ...Array(12).fill(2),
        ...Array(11).fill(1),
      ]);
    });
  });

  test('the detail tells what it is of all findings, and counts the images that do not ignore it', async () => {
    const artifacts = await addImages('a', 'b', 'c');
    const other = { package: { ...samplePackage, name: 'openssl', version: '9' }, advisoryId: 'x', fixedVersion: '10' };
    await scan(artifacts, 'a', [sampleVulnerability('CVE-1', { published: '2024-02-01T00:00:00Z' })]);
    await scan(artifacts, 'b', [
      sampleVulnerability('CVE-1', {
        severity: 'low',
        affected: [...sampleVulnerability('CVE-1').affected, other],
        published: '2024-02-01T00:00:00Z',
      }),
    ]);
    const number = await numberOf('CVE-1');
    await fixture.store.ignoreRules.add([{ number, imageIds: [configOf('a')] }], 'key');

    const found = await fixture.store.vulnerabilities.get(number);

    expect(found).toMatchObject({
      id: 'CVE-1',
      description: 'what goes wrong',
      references: ['https://example.org/advisory'],
      published: '2024-02-01T00:00:00Z',
      severity: 'critical',
      cvss: { score: 9.8 },
      images: 1,
      latestImages: 0,
      packages: [
        { name: 'libssl3', versions: [samplePackage.version], fixedVersions: ['3.0.13-1~deb12u1'] },
        { name: 'openssl', versions: ['9'], fixedVersions: ['10'] },
      ],
    });
    expect(await fixture.store.vulnerabilities.get(number + 1000)).toBeUndefined();
    expect(await fixture.store.vulnerabilities.get(Number.MAX_SAFE_INTEGER)).toBeUndefined();
    expect(await fixture.store.vulnerabilities.known([number, 999_999])).toEqual(new Set([number]));
    const affected = await fixture.store.vulnerabilities.affected(number, [...artifacts.values()]);
    expect([...affected].map(([id, packages]) => [id, packages.length])).toEqual([
      [artifacts.get('a'), 1],
      [artifacts.get('b'), 2],
    ]);
  });

  test('malicious files: worst first, filtered, and known from when they were first found', async () => {
    const artifact = (await addImages('a')).get('a') ?? 0;
    const file = (path: string, severity: Severity) => ({
      path,
      severity,
      category: 'Trojan',
      name: `Test.${path}`,
      tags: ['elf'],
      description: 'd',
      solution: 's',
      fileType: 'ELF',
      md5: 'd41d8cd98f00b204e9800998ecf8427e',
      sha256: '',
      engine: 'clamav',
      size: 2 ** 33,
    });
    const list = (conditions: object = {}) =>
      fixture.store.malware.list(artifact, { conditions: [conditions], offset: 0, limit: 10 });
    expect(await list()).toEqual({ rows: [], total: 0 });

    await fixture.store.malware.replace(artifact, [file('a', 'low'), file('b', 'critical')], day(1));
    await fixture.store.malware.replace(artifact, [file('b', 'critical'), file('c', 'high')], day(2));

    expect((await list()).rows).toEqual([
      { ...file('b', 'critical'), firstFoundAt: day(1), lastFoundAt: day(2) },
      { ...file('c', 'high'), firstFoundAt: day(2), lastFoundAt: day(2) },
    ]);
    expect((await list({ severities: ['high'] })).rows.map((row) => row.path)).toEqual(['c']);
    expect((await list({ names: { match: 'contains', values: ['test.B'] } })).total).toBe(1);
  });

  test('risks: by severity in either direction, filtered by code', async () => {
    const artifact = (await addImages('a')).get('a') ?? 0;
    const password = {
      rule: 'password-assignment',
      behavior: 'secret',
      place: 'environment',
      severity: 'high',
      description: 'p',
      instruction: 'ENV P=***',
    } as const;
    const root = {
      rule: 'CIS-DI-0001',
      behavior: 'privilege',
      place: 'instruction',
      severity: 'low',
      description: 'r',
      instruction: 'USER root',
    } as const;
    const list = (conditions: object = {}, direction: 'asc' | 'desc' = 'desc') =>
      fixture.store.risks.list(artifact, { conditions: [conditions], direction, offset: 0, limit: 10 });
    expect(await list()).toEqual({ rows: [], total: 0 });

    await fixture.store.risks.replace(artifact, [root, password]);

    expect((await list()).rows).toEqual([password, root]);
    expect((await list({}, 'asc')).rows).toEqual([root, password]);
    expect((await list({ behaviors: [3], places: [2] })).rows).toEqual([password]);
    expect(await list({ places: [99] })).toEqual({ rows: [], total: 0 });
    expect((await list({ severities: ['low'] })).rows).toEqual([root]);
  });
});

interface CountRow {
  readonly id: number;
  readonly vulnerabilities: number | null;
  readonly critical: number | null;
  readonly high: number | null;
  readonly medium: number | null;
  readonly low: number | null;
  readonly ignored: number | null;
  readonly needs_fix: number | null;
}

/** Every row of the list against its findings and the rules, counted one by one. */
async function expectCountsOfARecount(url: string, opened?: Database): Promise<void> {
  const database = opened ?? openDatabase(url);
  const { rows: images } = await sql<CountRow & { artifact_id: number; image_id: string; summary: string | null }>`
    select images.id, images.artifact_id, images.image_id, vulnerabilities, critical, high, medium, low, ignored,
      needs_fix, artifacts.summary
    from images join artifacts on artifacts.id = images.artifact_id order by images.id`.execute(database.read);
  const findings = await database.read.selectFrom('findings').selectAll().execute();
  const artifacts = await database.read.selectFrom('artifacts').select(['id', 'image_id']).execute();
  const rules = await database.read.selectFrom('ignore_rules').selectAll().execute();
  const marks = await database.read.selectFrom('ignored_findings').selectAll().execute();
  if (!opened) await database.close();

  const expected = images.map(({ id, artifact_id, image_id, summary }): CountRow => {
    const ruled = (number: number) =>
      rules.some((rule) => rule.vulnerability_number === number && ['', image_id].includes(rule.image_id));
    const all = findings.filter((finding) => finding.artifact_id === artifact_id);
    const counted = all.filter((finding) => !ruled(finding.vulnerability_number));
    const count = (...ranks: number[]) => counted.filter((finding) => ranks.includes(finding.severity)).length;
    const unknown = summary === null || JSON.parse(summary).vulnerabilities === null;
    const partial = summary !== null && JSON.parse(summary).vulnerability_cause !== null;
    const mustFix = counted.some(({ exploited, fixable, severity }) => exploited || (fixable && severity >= 3));
    const known = (value: number) => (unknown ? null : value);
    return {
      id,
      vulnerabilities: known(counted.length),
      critical: known(count(4)),
      high: known(count(3)),
      medium: known(count(2)),
      low: known(count(0, 1)),
      ignored: all.length - counted.length || null,
      needs_fix: mustFix ? known(1) : partial ? null : known(0),
    };
  });
  expect(
    images.map(({ id, vulnerabilities, critical, high, medium, low, ignored, needs_fix }) => ({
      id,
      vulnerabilities,
      critical,
      high,
      medium,
      low,
      ignored,
      needs_fix,
    })),
  ).toEqual(expected);
  const imageIds = new Map(artifacts.map((artifact) => [artifact.id, artifact.image_id]));
  const ruledFindings = findings.filter((finding) =>
    rules.some(
      (rule) =>
        rule.vulnerability_number === finding.vulnerability_number &&
        ['', imageIds.get(finding.artifact_id) ?? ''].includes(rule.image_id),
    ),
  );
  const key = (each: { artifact_id: number; vulnerability_number: number }) =>
    `${each.artifact_id} ${each.vulnerability_number}`;
  expect(marks.map(key).sort()).toEqual(ruledFindings.map(key).sort());
}
