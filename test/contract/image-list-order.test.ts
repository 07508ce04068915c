import { describe, expect, onTestFinished, test } from 'vitest';
import { imageSortKeys } from '../../src/api/image-sort-keys.ts';
import type { Image } from '../../src/model/image.ts';
import {
  describeSeededList,
  everyTag,
  type ListRequest,
  type ListRow,
  tagsOf,
} from '../support/describe-seeded-list.ts';
import { openTestStore, sqliteEngine } from '../support/open-test-store.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { type SeededImage, seededImages } from '../support/seed-images.ts';
import { startTestApi } from '../support/start-test-api.ts';

/** What each value of By orders by; the seed knows the unknowns that the wire cannot always show. */
const sortedBy: Readonly<Record<string, (seeded: SeededImage, row: Image) => number | undefined>> = {
  ScanTime: ({ scan }) => scan?.scannedAt?.getTime(),
  VirusCount: ({ scan }) => scan?.malwareFiles,
  VirusCnt: ({ scan }) => scan?.malwareFiles,
  SensitiveCount: ({ scan }) => scan?.secrets,
  SensitiveInfoCnt: ({ scan }) => scan?.secrets,
  SentiveInfoCnt: ({ scan }) => scan?.secrets,
  ImageCreateTime: ({ createdAt }) => createdAt?.getTime(),
  ContainerCount: ({ containers }) => containers,
  ContainerCnt: ({ containers }) => containers,
  VulCount: ({ scan }) => scan?.vulnerabilities,
  VulCnt: ({ scan }) => scan?.vulnerabilities,
  CriticalLevelVulCnt: ({ scan }) => scan?.critical,
  HighLevelVulCnt: ({ scan }) => scan?.high,
  RiskCount: ({ scan }) => scan?.risks,
  RiskCnt: ({ scan }) => scan?.risks,
  ImageSize: ({ size }) => size,
  ComponentCount: ({ scan }) => scan?.packages,
  ComponentCnt: ({ scan }) => scan?.packages,
  Id: (_, { id }) => id,
};

describeSeededList('order and pages of the image list', ({ on, list, whole, rows }) => {
  describe('By', () => {
    for (const By of Object.keys(imageSortKeys)) {
      on(`${By} orders both ways, unknown below every known, ties by Id`, async () => {
        const orderValue = sortedBy[By];
        if (!orderValue) throw new Error(`test/contract/image-list-order.test.ts does not know what ${By} orders by`);
        const sorted = seededImages
          .map((seeded) => {
            const row = rows().get(seeded.tag);
            if (!row) throw new Error(`no row ${seeded.tag}`);
            return { tag: seeded.tag, id: row.id, value: orderValue(seeded, row) ?? sharedValue(By, seeded) ?? -1 };
          })
          .sort((a, b) => a.value - b.value || a.id - b.id)
          .map(({ tag }) => tag);

        const up = await list({ Limit: 100, By, Order: 'asc' });
        const down = await list({ Limit: 100, By, Order: 'desc' });

        expect(tagsOf(up.rows)).toEqual(sorted);
        expect(tagsOf(down.rows)).toEqual(sorted.toReversed());
      });
    }

    on('has the newest build first, where nothing else is said', async () => {
      const byDefault = tagsOf((await list({ Limit: 100 })).rows);

      expect(byDefault).toEqual(tagsOf((await list({ Limit: 100, By: 'ImageCreateTime', Order: 'desc' })).rows));
      expect(byDefault[0]).toBe('low-only');
      expect(byDefault.at(-1)).toBe('unbuilt');
    });

    on('is descending without an Order; every spelling of Order is one of two', async () => {
      const order = async (Order?: string) =>
        tagsOf((await list({ Limit: 100, By: 'ImageSize', ...(Order === undefined ? {} : { Order }) })).rows);
      const up = await order('asc');

      for (const spelling of ['ASC', 'Asc', '+']) expect(await order(spelling)).toEqual(up);
      for (const spelling of [undefined, '', 'desc', 'DESC', '-'])
        expect(await order(spelling)).toEqual(up.toReversed());
    });
  });

  describe('paging', () => {
    on('Limit 0 gives the count alone, 100 everyTag, and 101 is refused', async () => {
      expect(await list({ Limit: 0 })).toEqual({ rows: [], total: everyTag.length });
      expect((await list({ Limit: 100 })).rows).toHaveLength(everyTag.length);
      await expect(list({ Limit: 101 })).rejects.toMatchObject({ code: 'InvalidParameterValue' });
    });

    on('an Offset at or beyond the end gives no rows and the same count', async () => {
      for (const Offset of [everyTag.length, 1_000_000, Number.MAX_SAFE_INTEGER]) {
        expect(await list({ Offset })).toEqual({ rows: [], total: everyTag.length });
      }
    });

    on('what is negative is refused, decimal digits are taken', async () => {
      const digits = { Limit: '2', Offset: '1' } as unknown as ListRequest;

      await expect(list({ Limit: -1 })).rejects.toMatchObject({ code: 'InvalidParameter' });
      await expect(list({ Offset: -1 })).rejects.toMatchObject({ code: 'InvalidParameter' });
      expect(tagsOf((await list(digits)).rows)).toEqual(tagsOf((await list({ Limit: 2, Offset: 1 })).rows));
    });

    for (const request of [
      { By: 'Id' },
      { By: 'VirusCount', Order: 'asc' },
      { By: 'ImageSize', Order: 'desc' },
      { By: 'ImageSize', OnlyShowLatest: true },
      { By: 'ScanTime', Filters: [{ Name: 'ImageName', Values: ['app'] }] },
      { Filters: [{ Name: 'ScanStatus', Values: ['SCANNED', 'NOT_SCAN'] }], OnlyShowLatest: true },
      { IsRunning: true },
    ] satisfies ListRequest[]) {
      on(`delivers TotalCount rows, each once: ${JSON.stringify(request)}`, async () => {
        const expected = await list({ ...request, Limit: 100 });

        for (const Limit of [1, 2, 3]) {
          const collected: ListRow[] = [];
          for (let Offset = 0; Offset < expected.total; Offset += Limit) {
            const page = await list({ ...request, Limit, Offset });
            expect(page.total).toBe(expected.total);
            collected.push(...page.rows);
          }
          expect(collected).toEqual(expected.rows);
          expect(collected).toHaveLength(expected.total);
        }
      });
    }
  });

  describe('switches', () => {
    on('OnlyShowLatest leaves the newest build of each repository, and false everyTag', async () => {
      expect(tagsOf((await whole({ OnlyShowLatest: true })).rows)).toEqual([
        'v2.0_rc',
        'latest',
        'moving',
        'stopped',
        'mirror',
        'low-only',
      ]);
      expect((await whole({ OnlyShowLatest: false })).total).toBe(everyTag.length);
    });

    on('latest is of the whole repository: filtering for an older one gives nothing', async () => {
      const found = await whole({
        OnlyShowLatest: true,
        Filters: [{ Name: 'ImageTag', Values: ['v1.0'], ExactMatch: true }],
      });

      expect(found).toEqual({ rows: [], total: 0 });
    });

    on('IsRunning leaves what runs, and false does not restrict', async () => {
      expect(tagsOf((await whole({ IsRunning: true })).rows)).toEqual(['v1.1']);
      expect((await whole({ IsRunning: false })).total).toBe(everyTag.length);
    });
  });
});

/** A row of the same content has its counts, though it was never scanned itself. */
function sharedValue(by: string, { contentOf }: SeededImage): number | undefined {
  const source = seededImages.find(({ tag }) => tag === contentOf);
  const perRow = ['ImageCreateTime', 'ContainerCount', 'ContainerCnt', 'ImageSize', 'Id'];
  if (!source || perRow.includes(by)) return undefined;
  const { createdAt: _, containers: __, ...counts } = source;
  return sortedBy[by]?.(counts, undefined as never);
}

test('a page has 10 rows unless told otherwise', async () => {
  const engine = await sqliteEngine();
  onTestFinished(() => engine.stop());
  const { store } = await openTestStore(engine);
  onTestFinished(() => store.close());
  const { id } = await store.registries.add(sampleRegistry('r'));
  const names = Array.from({ length: 11 }, (_, i) => `v${i}`);
  await store.images.saveTags(
    id,
    'app',
    names.map((name) => sampleTag(name, [sampleImage(name)])),
  );
  const api = await startTestApi(store);
  onTestFinished(() => api.stop());

  const { List, TotalCount } = await api.sdk.DescribeAssetImageRegistryList({});

  expect(List).toHaveLength(10);
  expect(TotalCount).toBe(11);
});
