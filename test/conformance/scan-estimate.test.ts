import { beforeEach, expect, test } from 'vitest';
import type { Digest } from '../../src/model/digest.ts';
import { type EstimateOptions, estimateScan } from '../../src/scan/estimate-scan.ts';
import { estimateSync } from '../../src/scan/estimate-sync.ts';
import type { ArtifactLayer, SeenImage } from '../../src/store/store.ts';
import { describeEachEngine } from '../support/describe-each-engine.ts';
import { digestOf, sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { sampleLayerReports } from '../support/sample-layer-reports.ts';

const HOUR_MS = 3_600_000;
const options: EstimateOptions = {
  kinds: ['vulnerability', 'malware', 'risk'],
  fingerprints: { content: ['now', 'now within'], malware: ['malware now'] },
  limits: { layerBytes: 10_000, imageBytes: 50_000 },
  defaults: {},
  timeMs: 60_000,
};

const layer = (name: string, size: number): ArtifactLayer => ({
  digest: digestOf(`layer ${name}`),
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  size,
});

function image(seed: string, ...layers: readonly ArtifactLayer[]): SeenImage {
  const { artifact, ...rest } = sampleImage(seed);
  return { ...rest, artifact: { ...artifact, layers } };
}

describeEachEngine('the estimate of a scan', (fixture) => {
  let first: number;
  let second: number;
  const put = async (digest: Digest, ...fingerprints: readonly string[]) => {
    const [report] = sampleLayerReports({ digest });
    for (const fingerprint of fingerprints) if (report) await fixture.store.layerReports.put(report, fingerprint);
  };
  const estimate = (more: Partial<EstimateOptions> = {}) =>
    estimateScan(fixture.store, { all: true }, { ...options, ...more });
  const authorizeAll = () =>
    fixture.store.authorizations.authorize({ selection: { all: true }, cap: 1_000, type: 'manual' });

  beforeEach(async () => {
    const { registries, images } = fixture.store;
    first = (await registries.add(sampleRegistry('first'))).id;
    second = (await registries.add(sampleRegistry('second'))).id;
    const base = layer('base', 5_000);
    const app = image('app', base, layer('app', 1_000));
    await images.saveTags(first, 'team/app', [
      sampleTag('v1', [app]),
      sampleTag('v2', [image('next', base, layer('next', 2_000))]),
    ]);
    // The same content again, and something of its own.
    await images.saveTags(second, 'team/app', [
      sampleTag('v1', [app]),
      sampleTag('v3', [image('own', base, layer('own', 400))]),
    ]);
    await authorizeAll();
  });

  test('counts a layer once, whoever has it, and a config per content', async () => {
    expect(await estimate()).toEqual({
      exact: true,
      artifacts: 3,
      artifactsRead: 3,
      registries: [
        { registry: 'first', images: 2, layers: 3, bytes: 8_000, requests: 5 },
        { registry: 'second', images: 2, layers: 1, bytes: 400, requests: 2 },
      ],
      skipped: { imagesNotAuthorized: 0, imagesBusy: 0, layersTooLarge: 0, layersKnown: 0 },
    });
  });

  test('leaves out what the scan would find stored, for the kinds that are wanted', async () => {
    await put(digestOf('layer base'), 'now', 'malware now');
    await put(digestOf('layer app'), 'now within');
    await put(digestOf('layer next'), 'of an older version', 'malware now');

    expect((await estimate()).registries[0]).toMatchObject({ layers: 2, bytes: 3_000 });
    expect((await estimate()).skipped).toMatchObject({ layersKnown: 1 });
    expect((await estimate({ kinds: ['risk'] })).registries[0]).toMatchObject({ layers: 1, bytes: 2_000, requests: 3 });
    expect((await estimate({ kinds: ['malware'] })).registries[0]).toMatchObject({
      layers: 1,
      bytes: 1_000,
      requests: 1,
    });
  });

  test('tells what would be skipped', async () => {
    const huge = [layer('huge', 12_000), layer('vast', 9_000), layer('end', 40_000)];
    await fixture.store.images.saveTags(first, 'team/huge', [sampleTag('v1', [image('huge', ...huge)])]);
    expect((await estimate()).skipped).toMatchObject({ imagesNotAuthorized: 1, layersTooLarge: 0 });

    await authorizeAll();
    await fixture.store.tasks.create({
      kinds: ['risk'],
      selection: { conditions: [{ kind: 'value', field: 'registryId', values: [second] }] },
      createdBy: 'test',
    });

    const { skipped, registries } = await estimate();
    expect(skipped).toMatchObject({ imagesNotAuthorized: 0, imagesBusy: 2, layersTooLarge: 2 });
    expect(registries[0]).toMatchObject({ layers: 5, bytes: 8_000 + 10_000 + 9_000 });
  });

  test('takes time from the speed so far and from what may be asked; unknown is no number', async () => {
    const { budgets } = fixture.store;
    expect((await estimate()).registries[0]?.minutes).toBeUndefined();
    await budgets.recordTraffic(first, { requests: 10, bytes: 1_000, busyMs: 60_000 });
    expect((await estimate()).registries.map(({ minutes }) => minutes)).toEqual([8, 0.4]);

    await budgets.setLimits(second, { requests: { amount: 1, windowMs: HOUR_MS } });
    await budgets.tell(
      first,
      { remaining: 3, limit: 20, resetsAt: new Date(fixture.clock.now.getTime() + HOUR_MS) },
      0,
    );

    expect((await estimate()).registries).toMatchObject([
      { minutes: 8, shareOfLimit: 0.25, requestsLeft: 3 },
      { minutes: 60, shareOfLimit: 2, requestsLeft: 1 },
    ]);
  });

  test('that runs out of time takes the rest to be like what was read, and says so', async () => {
    expect(await estimate({ timeMs: 0, pageSize: 1 })).toMatchObject({
      exact: false,
      artifacts: 3,
      artifactsRead: 1,
      registries: [{ registry: 'first', layers: 6, requests: 9 }, { registry: 'second' }],
    });
  });

  test('is about the selected images only', async () => {
    const { registries } = await estimateScan(fixture.store, { all: true, latestOnly: true }, options);

    expect(registries.map(({ images }) => images)).toEqual([1, 1]);
  });

  test('of a sync counts pages, repositories and tags of what is listed; before the first it is unknown', async () => {
    const { registries, budgets, scanEstimates } = fixture.store;
    await budgets.setLimits(first, { requests: { amount: 2, windowMs: HOUR_MS } });
    const synced = { id: first, name: 'first', syncedAt: fixture.clock.now };

    expect(await estimateSync({ scanEstimates, budgets }, [synced, { id: second, name: 'second' }], {})).toEqual([
      { registry: 'first', repositories: 1, tags: 2, requests: 4, shareOfLimit: 2, requestsLeft: 2 },
      { registry: 'second', repositories: 1, tags: 2 },
    ]);
    expect((await registries.get(second))?.syncedAt).toBeUndefined();
  });
});
