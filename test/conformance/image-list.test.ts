import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Image } from '../../src/model/image.ts';
import type { Summary } from '../../src/model/scan.ts';
import type { ImageCondition, ImageQuery, ImageSortKey } from '../../src/store/image-query.ts';
import type { Store } from '../../src/store/store.ts';
import { openTestStore, postgresEngine, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';

const engines = { sqlite: sqliteEngine, postgres: postgresEngine } as const;

const everything: ImageQuery = {
  conditions: [],
  latestOnly: false,
  runningOnly: false,
  sort: { key: 'id', direction: 'asc' },
  offset: 0,
  limit: 1_000,
};

/** Conditions with what they mean. */
const meanings: readonly (readonly [ImageCondition, (image: Image) => boolean])[] = [
  [{ kind: 'value', field: 'latest', values: [true] }, (image) => image.latest],
  [{ kind: 'value', field: 'latest', values: [false] }, (image) => !image.latest],
  [{ kind: 'value', field: 'authorized', values: [false] }, (image) => !image.authorized],
  [{ kind: 'value', field: 'trusted', values: [true] }, (image) => image.trusted],
  [{ kind: 'value', field: 'running', values: [false] }, (image) => image.running === false],
  [{ kind: 'value', field: 'needsFix', values: [true] }, ({ summary }) => summary.needsFix === true],
  [{ kind: 'value', field: 'needsFix', values: [false] }, ({ summary }) => summary.needsFix === false],
  [{ kind: 'value', field: 'needsFix', values: [true, false] }, ({ summary }) => summary.needsFix !== undefined],
  [{ kind: 'value', field: 'fixRecommended', values: [true] }, (image) => image.fixRecommended === true],
  [{ kind: 'value', field: 'scanStatus', values: ['scanned'] }, (image) => image.scanStatus === 'scanned'],
  [
    { kind: 'value', field: 'scanStatus', values: ['failed', 'not-scanned'] },
    (image) => image.scanStatus !== 'scanned',
  ],
  [
    { kind: 'value', field: 'vulnerabilityStatus', values: ['failed'] },
    ({ summary }) => summary.vulnerability.status === 'failed',
  ],
  [{ kind: 'any-of', fields: ['critical'] }, ({ summary }) => (summary.critical ?? 0) > 0],
  [{ kind: 'any-of', fields: ['malwareFiles', 'high'] }, ({ summary }) => (summary.high ?? 0) > 0],
  [{ kind: 'any-of', fields: ['secrets', 'trusted'] }, (image) => image.trusted],
  [{ kind: 'text', field: 'name', match: 'contains', values: ['P'] }, (image) => image.name.includes('p')],
  [{ kind: 'text', field: 'name', match: 'contains', values: ['PROX'] }, (image) => image.name === 'proxy'],
  [{ kind: 'text', field: 'namespace', match: 'contains', values: ['EAM'] }, (image) => image.namespace === 'team'],
  [{ kind: 'text', field: 'name', match: 'equals', values: ['app', 'web'] }, (image) => image.name !== 'proxy'],
  [{ kind: 'text', field: 'tag', match: 'contains', values: ['7'] }, (image) => image.tag.includes('7')],
  [{ kind: 'text', field: 'tag', match: 'equals', values: ['v3'] }, (image) => image.tag === 'v3'],
  [
    { kind: 'text', field: 'registryName', match: 'contains', values: ['TWO'] },
    (image) => image.registryName === 'two',
  ],
  [
    { kind: 'text', field: 'osName', match: 'equals', values: ['Alpine'] },
    ({ summary }) => summary.osName === 'Alpine',
  ],
  [
    { kind: 'text', field: 'osName', match: 'contains', values: ['bian'] },
    ({ summary }) => summary.osName === 'Debian',
  ],
  [
    { kind: 'package', match: 'equals', names: ['openssl'] },
    ({ summary }) => summary.packages !== undefined && summary.packages % 2 === 1,
  ],
];
const pairs = meanings.flatMap((one, at) => meanings.slice(at + 1).map((other) => [one, other]));
const combinations = [[], ...meanings.map((one) => [one]), ...pairs];
const someCombinations = combinations.filter((each, at) => each.length < 2 || at % 5 === 0);

const values: Readonly<Record<ImageSortKey, (image: Image) => number | undefined>> = {
  id: (image) => image.id,
  createdAt: (image) => image.createdAt?.getTime(),
  scannedAt: ({ summary }) => summary.scannedAt?.getTime(),
  size: (image) => image.size,
  vulnerabilities: ({ summary }) => summary.vulnerabilities,
  critical: ({ summary }) => summary.critical,
  high: ({ summary }) => summary.high,
  malwareFiles: ({ summary }) => summary.malwareFiles,
  secrets: ({ summary }) => summary.secrets,
  risks: ({ summary }) => summary.risks,
  packages: ({ summary }) => summary.packages,
  containers: (image) => image.containers,
};
const sortKeys = Object.keys(values) as ImageSortKey[];

/** Unknown below every known, ties by id. */
function ascending(key: ImageSortKey): (a: Image, b: Image) => number {
  const value = (image: Image) => values[key](image) ?? Number.NEGATIVE_INFINITY;
  return (a, b) => (value(a) === value(b) ? a.id - b.id : value(a) < value(b) ? -1 : 1);
}

for (const [name, start] of Object.entries(engines)) {
  describe(`image list on ${name}`, () => {
    let engine: StoreEngine | undefined;
    let store: Store;

    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine?.stop());
    beforeEach(async (context) => {
      if (!engine) return context.skip('PostgreSQL is not installed');
      ({ store } = await openTestStore(engine));
    });
    afterEach(() => store?.close());

    const all = async (query: Partial<ImageQuery> = {}) => store.images.list({ ...everything, ...query });

    /** Two registries, three repositories each, 120 images: half scanned, some in vain, some moved, some gone. */
    const fill = async () => {
      for (const registryName of ['one', 'two', 'gone']) {
        const { id } = await store.registries.add(sampleRegistry(registryName));
        for (const [at, repository] of ['team/app', 'team/web', 'proxy'].entries())
          await store.images.saveTags(id, repository, tagsOf(`${registryName} ${at}`, 20));
      }
      await store.authorizations.authorize({ selection: { all: true }, cap: 150, type: 'manual' });
      for (const [at, image] of (await all()).rows.entries()) if (at % 2 === 0) await scan(image, at);
      const { rows } = await store.registries.list({
        conditions: [],
        sort: { key: 'id', direction: 'asc' },
        offset: 0,
        limit: 9,
      });
      const [one, , gone] = rows;
      await store.images.saveTags(one?.id ?? 0, 'proxy', tagsOf('moved', 4));
      await store.images.compactCounts();
      await store.registries.remove(gone?.id ?? 0);
      return (await all()).rows;
    };
    const tagsOf = (seed: string, count: number) =>
      Array.from({ length: count }, (_, at) => {
        // Some ties, and some that do not say when they were built.
        const createdAt = at % 7 === 3 ? undefined : new Date(1e12 + (at % 5) * 1000);
        return sampleTag(`v${at}`, [sampleImage(`${seed} ${at}`, { createdAt, size: 100 + ((at * 7) % 11) })]);
      });
    const scan = (image: Image, at: number) => {
      const failed = at % 10 === 0;
      const summary: Summary = {
        vulnerability: failed
          ? { status: 'failed', progress: 100, cause: 'layer-corrupt' }
          : { status: 'scanned', progress: 100 },
        malware: { status: 'not-scanned', progress: 0 },
        risk: { status: 'not-scanned', progress: 0 },
        scannedAt: new Date(1.7e12 + (at % 6) * 1000),
        osName: at % 3 === 0 ? 'Alpine' : 'Debian',
        ...(failed
          ? {}
          : { vulnerabilities: at % 9, critical: at % 3, high: at % 4, packages: at % 5, needsFix: at % 3 > 0 }),
        detail: '',
      };
      const found = { ecosystem: 'deb', name: 'openssl', version: '3', path: 'status', layer: image.digest };
      const packages = summary.packages !== undefined && summary.packages % 2 === 1 ? [found] : [];
      const inventory = { os: { family: 'debian', release: '12', name: 'Debian' }, packages, problems: [] };
      const { artifactId } = image;
      return store.inventories.saveScan({ artifactId, inventory, vulnerabilities: [], summary, advisorySnapshot: 's' });
    };

    test('a total is the number of images that meet the conditions, whatever counted them', async () => {
      const images = await fill();

      const wrong = [];
      for (const combination of combinations) {
        const { total } = await all({ conditions: combination.map(([condition]) => condition), limit: 0 });
        const expected = images.filter((image) => combination.every(([, meets]) => meets(image))).length;
        if (total !== expected)
          wrong.push({ conditions: combination.map(([condition]) => condition), total, expected });
      }

      expect(images).toHaveLength(120);
      expect(wrong).toEqual([]);
    });

    test('a page is the same whichever index leads to it', async () => {
      const images = await fill();

      const wrong = [];
      for (const [at, combination] of someCombinations.entries()) {
        const conditions = combination.map(([condition]) => condition);
        const matching = images.filter((image) => combination.every(([, meets]) => meets(image)));
        const key = sortKeys[at % sortKeys.length] ?? 'id';
        for (const sort of [
          { key, direction: 'asc' },
          { key: 'createdAt', direction: 'desc' },
        ] as const) {
          const order = matching.toSorted(ascending(sort.key));
          if (sort.direction === 'desc') order.reverse();
          for (const offset of [0, 1, Math.floor(matching.length / 2), Math.max(0, matching.length - 2)]) {
            const { rows } = await all({ conditions, sort, offset, limit: 3 });
            const [found, expected] = [rows, order.slice(offset, offset + 3)].map((page) => page.map(({ id }) => id));
            if (String(found) !== String(expected)) wrong.push({ conditions, sort, offset, found, expected });
          }
        }
      }

      expect(wrong).toEqual([]);
    });
  });
}
