import { expect, test } from 'vitest';
import { describeEachEngine } from '../support/describe-each-engine.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { sampleResult, sampleSummary, sampleVulnerability } from '../support/sample-scans.ts';

const unknown = sampleSummary({
  vulnerability: { status: 'failed', progress: 100, cause: 'advisories-missing' },
  vulnerabilities: undefined,
  critical: undefined,
  high: undefined,
  medium: undefined,
  low: undefined,
  needsFix: undefined,
  detail: 'advisories-missing: none',
});
const scannedAt = new Date('2026-11-25T01:00:00Z');

describeEachEngine('a stored inventory that is matched again', (fixture) => {
  /** One content under two tags, scanned without advisories. */
  const scanned = async () => {
    const { store } = fixture;
    const { id } = await store.registries.add(sampleRegistry('r'));
    const image = sampleImage('x');
    await store.images.saveTags(id, 'app', [sampleTag('a', [image]), sampleTag('b', [image])]);
    const ids = await store.images.select({ all: true });
    const artifactId = (await store.images.get(ids[0] ?? 0))?.artifactId ?? 0;
    const result = sampleResult(artifactId, { summary: unknown, vulnerabilities: [], advisorySnapshot: '' });
    await store.inventories.saveScan(result);
    return { artifactId, ids };
  };
  const match = (artifactId: number) => ({
    artifactId,
    scannedAt,
    vulnerabilities: [sampleVulnerability('CVE-1'), sampleVulnerability('CVE-2')],
    summary: sampleSummary({ vulnerabilities: 2, critical: 2 }),
    advisorySnapshot: 'one',
  });

  test('is known to have been matched otherwise until it is saved, and only while it is listed', async () => {
    const { store } = fixture;
    const { artifactId } = await scanned();
    expect(await store.inventories.matchedOtherwise('one', 0, 10)).toEqual([artifactId]);
    expect(await store.inventories.matchedOtherwise('one', artifactId, 10)).toEqual([]);

    await store.inventories.saveMatch(match(artifactId));

    expect(await store.inventories.matchedOtherwise('one', 0, 10)).toEqual([]);
    expect(await store.inventories.matchedOtherwise('two', 0, 10)).toEqual([artifactId]);
    const [registry] = (
      await store.registries.list({ conditions: [], sort: { key: 'id', direction: 'asc' }, offset: 0, limit: 1 })
    ).rows;
    await store.registries.remove(registry?.id ?? 0);
    expect(await store.inventories.matchedOtherwise('two', 0, 10)).toEqual([]);
  });

  test('changes findings, counts and states of every row, not the time of the scan', async () => {
    const { store } = fixture;
    const { artifactId, ids } = await scanned();

    expect(await store.inventories.saveMatch(match(artifactId))).toBe(true);

    for (const id of ids) {
      expect(await store.images.get(id)).toMatchObject({
        scanStatus: 'scanned',
        fixRecommended: (await store.images.get(id))?.latest,
        summary: { vulnerabilities: 2, critical: 2, needsFix: true, scannedAt, detail: '' },
      });
    }
    const found = await store.findings.vulnerabilities(artifactId, { conditions: [], offset: 0, limit: 10 });
    expect(found.rows.map((row) => row.id)).toEqual(['CVE-1', 'CVE-2']);
    expect((await store.inventories.get(artifactId))?.packages).toHaveLength(1);
  });

  test('gives a row that is listed later the same state', async () => {
    const { store } = fixture;
    const { artifactId } = await scanned();
    await store.inventories.saveMatch(match(artifactId));
    const { id } = await store.registries.add(sampleRegistry('other'));

    await store.images.saveTags(id, 'copy', [sampleTag('c', [sampleImage('x')])]);

    const [newest] = await store.images.select({ all: true });
    expect(await store.images.get(newest ?? 0)).toMatchObject({ scanStatus: 'scanned', summary: { critical: 2 } });
  });

  test('leaves a scan under way alone, and gives way to one that has ended', async () => {
    const { store } = fixture;
    const { artifactId, ids } = await scanned();
    const [running = 0] = ids;
    await store.authorizations.authorize({ selection: { all: true }, cap: 10, type: 'manual' });
    const selection = { ids: [running] };
    const task = await store.tasks.create({ kinds: ['vulnerability'], selection, createdBy: 'key' });
    await store.tasks.start(task?.id ?? 0, running, ['vulnerability']);

    await store.inventories.saveMatch(match(artifactId));
    expect(await store.images.get(running)).toMatchObject({ scanStatus: 'scanning', summary: { critical: 2 } });

    const later = new Date('2026-11-25T02:00:00Z');
    await store.inventories.saveScan(sampleResult(artifactId, { summary: sampleSummary({ scannedAt: later }) }));
    expect(await store.inventories.saveMatch(match(artifactId))).toBe(false);
    expect(await store.images.get(running)).toMatchObject({ scanStatus: 'scanned', summary: { critical: 1 } });
  });
});
