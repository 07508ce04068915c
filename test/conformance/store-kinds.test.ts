import { expect, test } from 'vitest';
import type { MalwareFile, MalwareReport } from '../../src/model/malware-file.ts';
import type { Risk } from '../../src/model/risk.ts';
import type { KindState, Summary } from '../../src/model/scan.ts';
import type { Store } from '../../src/store/store.ts';
import { describeEachEngine } from '../support/describe-each-engine.ts';
import { digestOf, sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { sampleResult, sampleSummary } from '../support/sample-scans.ts';

// Each kind of scan is saved by itself: what a scan did not look for stays as it was.

const notScanned: KindState = { status: 'not-scanned', progress: 0 };
const scanned: KindState = { status: 'scanned', progress: 100 };
const unreachable: KindState = { status: 'failed', progress: 100, cause: 'engine-unreachable' };
const later = new Date('2026-11-25T02:00:00Z');

const malwareAlone = (malware: KindState, more: Partial<Summary> = {}): Summary => ({
  vulnerability: notScanned,
  malware,
  risk: notScanned,
  scannedAt: later,
  osName: 'linux',
  detail: '',
  ...more,
});
const eicar: MalwareFile = {
  path: 'tmp/eicar.com',
  severity: 'high',
  category: 'Test',
  name: 'Eicar-Test-Signature',
  engine: 'clamav',
  tags: ['clamav 1.4.6'],
  description: 'd',
  solution: 's',
  fileType: 'text',
  md5: '44d88612fea8a8f36de82e1278abb02f',
  sha256: '275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f',
  size: 68,
  layer: digestOf('layer a'),
  removedBy: digestOf('layer b'),
};
const key: Risk = {
  rule: 'aws-access-key',
  behavior: 'secret',
  place: 'file',
  severity: 'critical',
  description: 'An access key',
  instruction: 'key = AK****12',
  path: 'root/.aws/credentials',
  line: 3,
  layer: digestOf('layer a'),
  removedBy: digestOf('layer b'),
  fingerprint: '0123456789abcdef',
};

describeEachEngine('kinds of scan', (fixture) => {
  /** Two rows of one artifact. */
  const twoRows = async (store: Store) => {
    const { id } = await store.registries.add(sampleRegistry('r'));
    const image = sampleImage('v1');
    await store.images.saveTags(id, 'team/app', [sampleTag('1', [image]), sampleTag('2', [image])]);
    await store.authorizations.authorize({ selection: { all: true }, cap: 10, type: 'manual' });
    const ids = await store.images.select({ all: true });
    const row = await store.images.get(ids[0] ?? 0);
    return { ids, artifactId: row?.artifactId ?? 0 };
  };
  const rowsOf = (store: Store, ids: readonly number[]) => Promise.all(ids.map((id) => store.images.get(id)));

  test('a scan for malware leaves the vulnerabilities, their counts and their findings alone', async () => {
    const { store } = fixture;
    const { ids, artifactId } = await twoRows(store);
    await store.inventories.saveScan(sampleResult(artifactId));

    await store.inventories.saveScan({
      artifactId,
      summary: malwareAlone(scanned, { malwareFiles: 1 }),
      malware: [eicar],
    });

    for (const row of await rowsOf(store, ids)) {
      expect(row).toMatchObject({
        scanStatus: 'scanned',
        progress: 100,
        summary: {
          vulnerability: scanned,
          malware: scanned,
          risk: notScanned,
          vulnerabilities: 1,
          malwareFiles: 1,
          packages: 1,
          scannedAt: later,
          osName: 'Debian GNU/Linux 12 (bookworm)',
        },
      });
      expect(row?.summary.risks).toBeUndefined();
    }
    expect(await store.inventories.artifact(artifactId)).toMatchObject({
      scannedAt: sampleSummary().scannedAt,
      malwareScannedAt: later,
    });
    expect((await store.inventories.artifact(artifactId))?.riskScannedAt).toBeUndefined();
    const all = { conditions: [], offset: 0, limit: 10 };
    expect((await store.findings.vulnerabilities(artifactId, all)).total).toBe(1);
    expect((await store.malware.list(artifactId, all)).rows).toEqual([
      { ...eicar, firstFoundAt: later, lastFoundAt: later },
    ]);
  });

  test('risks keep where they lie', async () => {
    const { store } = fixture;
    const { artifactId } = await twoRows(store);
    const summary = { ...malwareAlone(notScanned), risk: scanned, risks: 1, secrets: 1 };

    await store.inventories.saveScan({ artifactId, summary, risks: [key] });

    const page = { conditions: [], offset: 0, limit: 10, direction: 'desc' } as const;
    expect((await store.risks.list(artifactId, page)).rows).toEqual([key]);
  });

  test('an engine that is down fails its kind alone, and a scan of that kind mends it alone', async () => {
    const { store } = fixture;
    const { ids, artifactId } = await twoRows(store);
    const failed = sampleSummary({ malware: unreachable, malwareDetail: 'clamav: connection refused' });
    await store.inventories.saveScan(sampleResult(artifactId, { summary: failed }));
    const [before] = await rowsOf(store, ids);
    expect(before).toMatchObject({
      scanStatus: 'scanned',
      progress: 100,
      summary: { malware: unreachable, malwareDetail: 'clamav: connection refused' },
    });
    expect(before?.summary.malwareFiles).toBeUndefined();

    await store.inventories.saveScan({ artifactId, summary: malwareAlone(scanned, { malwareFiles: 0 }), malware: [] });

    const [after] = await rowsOf(store, ids);
    expect(after?.summary).toMatchObject({ malware: scanned, malwareFiles: 0, vulnerabilities: 1 });
    expect(after?.summary.malwareDetail).toBeUndefined();
  });

  test('a row that shows a failure of its own goes on showing it for the kinds that were not looked for', async () => {
    const { store } = fixture;
    const { ids, artifactId } = await twoRows(store);
    await store.inventories.saveScan(sampleResult(artifactId));
    const task = await store.tasks.create({
      kinds: ['vulnerability'],
      selection: { ids: ids.slice(0, 1) },
      createdBy: 'key',
    });
    await store.tasks.start(task?.id ?? 0, ids[0] ?? 0, ['vulnerability']);
    await store.tasks.fail(task?.id ?? 0, ids[0] ?? 0, { cause: 'connection-failed', detail: 'refused' });

    await store.inventories.saveScan({ artifactId, summary: malwareAlone(scanned, { malwareFiles: 0 }), malware: [] });

    const [own, other] = await rowsOf(store, ids);
    expect(own?.summary).toMatchObject({
      vulnerability: { status: 'failed', cause: 'connection-failed' },
      malware: scanned,
      detail: 'refused',
    });
    expect(other?.summary).toMatchObject({ vulnerability: scanned, malware: scanned, detail: '' });
  });

  test('new advisories change the vulnerabilities and nothing of the other kinds', async () => {
    const { store } = fixture;
    const { ids, artifactId } = await twoRows(store);
    await store.inventories.saveScan(sampleResult(artifactId));
    await store.inventories.saveScan({
      artifactId,
      summary: malwareAlone(unreachable, { malwareDetail: 'down' }),
      malware: [],
    });

    const summary = sampleSummary({ vulnerabilities: 0, critical: 0, needsFix: false });
    const scannedAt = sampleSummary().scannedAt ?? later;
    expect(
      await store.inventories.saveMatch({
        artifactId,
        scannedAt,
        vulnerabilities: [],
        summary,
        advisorySnapshot: 's2',
      }),
    ).toBe(true);

    for (const row of await rowsOf(store, ids)) {
      expect(row?.summary).toMatchObject({
        vulnerabilities: 0,
        malware: unreachable,
        malwareDetail: 'down',
        scannedAt: later,
      });
    }
  });

  test('malware, and a secret of high severity, recommend a fix of the latest row; a risky setting does not', async () => {
    const { store } = fixture;
    const { ids, artifactId } = await twoRows(store);
    const recommendations = async () => (await rowsOf(store, ids)).map((row) => row?.fixRecommended);
    const clean = sampleSummary({ vulnerabilities: 0, critical: 0, needsFix: false });
    await store.inventories.saveScan(sampleResult(artifactId, { summary: clean, vulnerabilities: [] }));
    expect(await recommendations()).toEqual([false, false]);
    const risksAlone = { ...malwareAlone(notScanned), risk: scanned, risks: 1, secrets: 1 };
    const root: Risk = {
      rule: 'CIS-DI-0001',
      behavior: 'privilege',
      place: 'instruction',
      severity: 'high',
      description: 'root',
      instruction: 'USER root',
    };

    await store.inventories.saveScan({ artifactId, summary: risksAlone, risks: [root] });
    expect(await recommendations()).toEqual([false, false]);
    await store.inventories.saveScan({ artifactId, summary: risksAlone, risks: [key] });
    expect((await recommendations()).toSorted()).toEqual([false, true]);
    await store.inventories.saveScan({ artifactId, summary: { ...risksAlone, risks: 0, secrets: 0 }, risks: [] });
    expect(await recommendations()).toEqual([false, false]);
    await store.inventories.saveScan({
      artifactId,
      summary: malwareAlone(scanned, { malwareFiles: 1 }),
      malware: [eicar],
    });
    expect((await recommendations()).toSorted()).toEqual([false, true]);
  });

  test('each kind has its own progress while it runs', async () => {
    const { store } = fixture;
    const { ids } = await twoRows(store);
    const [id = 0] = ids;
    const task = await store.tasks.create({
      kinds: ['vulnerability', 'malware'],
      selection: { ids: [id] },
      createdBy: 'k',
    });
    await store.tasks.start(task?.id ?? 0, id, ['vulnerability', 'malware', 'risk']);

    await store.tasks.recordProgress(task?.id ?? 0, id, { vulnerability: 99, malware: 40, risk: 70 }, 12);

    expect(await store.images.get(id)).toMatchObject({
      progress: 69,
      remainingSeconds: 12,
      summary: {
        vulnerability: { status: 'scanning', progress: 99 },
        malware: { status: 'scanning', progress: 40 },
        risk: notScanned,
      },
    });
  });

  test('what engines found in a layer is kept by layer and engines, dates and all', async () => {
    const { layer: _, removedBy: __, ...found } = eicar;
    const report: MalwareReport = {
      digest: digestOf('layer a'),
      files: [found],
      engines: [{ name: 'clamav', version: '1.4.6', signatures: '27500', signaturesAt: later }],
      failures: [],
    };
    await fixture.store.malwareReports.put(report, 'clamav@1.4.6');

    expect(await fixture.store.malwareReports.get(report.digest, 'clamav@1.4.6')).toEqual(report);
    expect(await fixture.store.malwareReports.get(report.digest, 'clamav@1.4.7')).toBeUndefined();
  });
});
