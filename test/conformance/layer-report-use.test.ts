import { beforeEach, expect, test } from 'vitest';
import type { Digest } from '../../src/model/digest.ts';
import { pruneLayerReports } from '../../src/tasks/prune-layer-reports.ts';
import { describeEachEngine } from '../support/describe-each-engine.ts';
import { runSql } from '../support/run-sql.ts';
import { digestOf, sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { sampleLayerReports } from '../support/sample-layer-reports.ts';

const DAY_MS = 86_400_000;
const KEPT_DAYS = 30;

describeEachEngine('layer reports that nobody needs', (fixture) => {
  const listed = digestOf('layer listed');
  const gone = digestOf('layer gone');
  const advance = (days: number) => {
    fixture.clock.now = new Date(fixture.clock.now.getTime() + days * DAY_MS);
  };
  const put = async (digest: Digest, fingerprint: string) => {
    const [report] = sampleLayerReports({ digest });
    if (report) await fixture.store.layerReports.put(report, fingerprint);
  };
  // Without `get` of the store, which counts as use.
  const prune = () =>
    pruneLayerReports(
      { use: fixture.store.layerReportUse, settings: fixture.store.settings },
      KEPT_DAYS,
      () => fixture.clock.now,
    );
  const liveFor = async (days: number) => {
    let pruned = 0;
    for (let day = 0; day < days; day += 1) {
      advance(1);
      pruned += await prune();
    }
    return pruned;
  };
  const kept = async (digest: Digest, fingerprint: string) =>
    (await fixture.store.layerReports.get(digest, fingerprint)) !== undefined;

  beforeEach(async () => {
    const { id } = await fixture.store.registries.add(sampleRegistry('first'));
    await fixture.store.images.saveTags(id, 'team/app', [sampleTag('v1', [sampleImage('listed')])]);
    await put(listed, 'now');
    await put(gone, 'now');
    await put(listed, 'malware now');
  });

  test('go after the kept time, those of listed images never', async () => {
    expect(await liveFor(KEPT_DAYS - 1)).toBe(0);
    expect(await liveFor(3)).toBe(1);
    expect(await liveFor(10 * KEPT_DAYS)).toBe(0);

    expect([await kept(listed, 'now'), await kept(listed, 'malware now'), await kept(gone, 'now')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('go when a newer one of their kind replaces them', async () => {
    advance(1);
    await put(listed, 'next');

    expect(await liveFor(KEPT_DAYS + 1)).toBe(2);

    expect([await kept(listed, 'now'), await kept(listed, 'next'), await kept(listed, 'malware now')]).toEqual([
      false,
      true,
      true,
    ]);
  });

  test('stay while somebody reads them', async () => {
    await liveFor(KEPT_DAYS - 2);
    expect(await kept(gone, 'now')).toBe(true);

    expect(await liveFor(KEPT_DAYS - 2)).toBe(0);
    expect(await liveFor(4)).toBe(1);
  });

  test('of which nobody knows the age begin to age', async () => {
    await runSql(fixture.url, 'update layer_reports set used_at = null');

    expect(await liveFor(KEPT_DAYS)).toBe(0);
    expect(await liveFor(2)).toBe(1);
    expect(await kept(listed, 'now')).toBe(true);
  });

  test('stay as long as no walk over what is listed is complete and recent', async () => {
    await prune();
    advance(KEPT_DAYS + 1);
    // A walk that began long ago and has not come to its end.
    await fixture.store.settings.set(
      'layer-report-walk',
      JSON.stringify({ after: 1_000_000, startedAt: fixture.clock.now.getTime(), completeSince: 1 }),
    );
    const { markListed } = fixture.store.layerReportUse;
    const use = { ...fixture.store.layerReportUse, markListed: async () => 1_000_001 };

    expect(await pruneLayerReports({ use, settings: fixture.store.settings }, KEPT_DAYS, () => fixture.clock.now)).toBe(
      0,
    );
    expect(await markListed(0, 10, fixture.clock.now)).toBeGreaterThan(0);
    expect(await kept(gone, 'now')).toBe(true);
  });
});
