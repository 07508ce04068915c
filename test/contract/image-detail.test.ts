import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { vulnerabilityFilters } from '../../src/api/vulnerability-filters.ts';
import type { Image } from '../../src/model/image.ts';
import type { LocatedPackage } from '../../src/model/package.ts';
import type { Vulnerability } from '../../src/model/vulnerability.ts';
import type { Store } from '../../src/store/store.ts';
import { openTestStore, postgresEngine, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { digestOf, sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { startTestApi, type TestApi } from '../support/start-test-api.ts';
import type { SdkClient } from '../support/start-test-plimsoll.ts';

type VulRequest = Parameters<SdkClient['DescribeAssetImageRegistryVulList']>[0];

const [base, app] = [digestOf('base'), digestOf('app')];
const openssl: LocatedPackage = {
  ecosystem: 'deb',
  name: 'libssl3',
  version: '3.0.11',
  source: { name: 'openssl', version: '3.0.11' },
  path: 'var/lib/dpkg/status',
  layer: base,
};
const lodash: LocatedPackage = {
  ecosystem: 'npm',
  name: 'lodash',
  version: '4.17.11',
  path: 'app/package.json',
  layer: app,
};
const found = (id: string, overrides: Partial<Vulnerability>): Vulnerability => ({
  id,
  aliases: [],
  title: '',
  description: '',
  references: [],
  severity: 'low',
  exploited: false,
  affected: [{ package: openssl, advisoryId: id }],
  ...overrides,
});
const vulnerabilities: readonly Vulnerability[] = [
  found('CVE-2024-1', {
    title: 'Overflow in openssl',
    description: 'what goes wrong',
    references: ['https://example.org/1', 'https://example.org/2'],
    severity: 'critical',
    cvss: { score: 9.8, vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' },
    published: '2024-01-02T03:04:05Z',
    affected: [{ package: openssl, advisoryId: 'a', fixedVersion: '3.0.13' }],
  }),
  found('CVE-2024-2', { severity: 'high', exploited: true }),
  found('CVE-2024-3', {
    title: 'Prototype pollution',
    severity: 'medium',
    affected: [{ package: lodash, advisoryId: 'b', fixedVersion: '4.17.12' }],
  }),
  found('CVE-2024-4', { published: 'yesterday' }),
  found('CVE-2024-5', { severity: 'unknown' }),
];

for (const [name, start] of Object.entries({ sqlite: sqliteEngine, postgres: postgresEngine })) {
  describe(`one image on ${name}`, () => {
    let engine: StoreEngine | undefined;
    let store: Store | undefined;
    let api: TestApi | undefined;
    let image: Image | undefined;

    beforeAll(async () => {
      engine = await start();
      if (!engine) return;
      ({ store } = await openTestStore(engine));
      const { id } = await store.registries.add(sampleRegistry('lab'));
      const { artifact, ...rest } = sampleImage('v1');
      const history = [
        { createdAt: '2026-01-01T00:00:00Z', createdBy: 'ADD rootfs.tar /', empty: false, layer: base, size: 1 },
        { createdBy: 'ENV A=b', empty: true },
        { createdAt: '2026-01-02T00:00:00Z', createdBy: 'COPY app /app', empty: false, layer: app, size: 1 },
      ];
      const scanned = { ...rest, artifact: { ...artifact, history } };
      await store.images.saveTags(id, 'team/app', [
        sampleTag('v1', [scanned]),
        sampleTag('v2', [{ ...scanned, digest: digestOf('other manifest') }]),
        sampleTag('v3', [sampleImage('v3')]),
      ]);
      const artifactId = (await store.images.findByImageId(artifact.imageId))?.artifactId ?? 0;
      await store.inventories.saveScan({
        artifactId,
        inventory: { packages: [openssl, lodash], problems: [] },
        vulnerabilities,
        summary: {
          vulnerability: { status: 'scanned', progress: 100 },
          malware: { status: 'not-scanned', progress: 0 },
          risk: { status: 'not-scanned', progress: 0 },
          osName: 'Debian',
          vulnerabilities: 5,
          critical: 1,
          high: 1,
          medium: 1,
          low: 2,
          packages: 2,
          needsFix: true,
          detail: '',
        },
        advisorySnapshot: 'test',
      });
      image = await store.images.findByImageId(artifact.imageId);
      api = await startTestApi(store);
    });
    afterAll(async () => {
      await api?.stop();
      await store?.close();
      await engine?.stop();
    });

    const on = (title: string, run: (sdk: SdkClient, image: Image) => Promise<void>) =>
      test(title, async (context) => {
        if (!engine) return context.skip('PostgreSQL is not installed');
        if (!api || !image) throw new Error('the image was not listed');
        await run(api.sdk, image);
      });
    const notFound = {
      code: 'ResourceNotFound',
      message: 'No such image: take Id from DescribeAssetImageRegistryList.',
    };
    const missing = { code: 'MissingParameter', message: 'The request is missing a required parameter `Id`.' };

    describe('DescribeAssetImageRegistryDetail', () => {
      on('tells how the image was made, oldest first', async (sdk, { id }) => {
        const { LayerInfo } = await sdk.DescribeAssetImageRegistryDetail({ Id: id });

        expect(LayerInfo).toBe(
          '#2026-01-01T00:00:00Z\n\nADD rootfs.tar /\n\n#\n\nENV A=b\n\n#2026-01-02T00:00:00Z\n\nCOPY app /app\n\n',
        );
      });

      on('says of every field that both have what the list says', async (sdk, { id }) => {
        const { LayerInfo: _, RequestId: __, ...detail } = await sdk.DescribeAssetImageRegistryDetail({ Id: id });
        const { List = [] } = await sdk.DescribeAssetImageRegistryList({});

        expect(List.find((row) => row.Id === id)).toMatchObject(detail);
      });

      on('takes an Id in digits, or the newest row of an ImageId; the Id wins', async (sdk, { id, imageId }) => {
        const digits = await sdk.DescribeAssetImageRegistryDetail({ Id: String(id) as unknown as number });
        const byImageId = await sdk.DescribeAssetImageRegistryDetail({ ImageId: imageId });
        const both = await sdk.DescribeAssetImageRegistryDetail({ Id: id - 1, ImageId: imageId });

        expect([digits.Id, byImageId.Id, byImageId.ImageTag]).toEqual([id, id, 'v2']);
        expect(both.ImageTag).toBe('v1');
      });

      on('needs to know which, and says so of one that is not there', async (sdk) => {
        await expect(sdk.DescribeAssetImageRegistryDetail({})).rejects.toMatchObject(missing);
        await expect(sdk.DescribeAssetImageRegistryDetail({ ImageId: '' })).rejects.toMatchObject(missing);
        for (const request of [{ Id: 999_999 }, { Id: 0 }, { ImageId: 'sha256:gone' }]) {
          await expect(sdk.DescribeAssetImageRegistryDetail(request)).rejects.toMatchObject(notFound);
        }
      });
    });

    describe('DescribeAssetImageRegistryVulList', () => {
      const ids = async (sdk: SdkClient, request: VulRequest) => {
        const { List = [], TotalCount } = await sdk.DescribeAssetImageRegistryVulList({ Limit: 100, ...request });
        expect(TotalCount).toBe(List.length);
        return List.map((row) => Number(row.CVEID?.slice(-1)));
      };

      on('lists the worst first, with everything known', async (sdk, { id }) => {
        const { List = [], TotalCount } = await sdk.DescribeAssetImageRegistryVulList({ Id: id });

        expect(List.map((row) => [row.CVEID, row.Level])).toEqual([
          ['CVE-2024-1', '4'],
          ['CVE-2024-2', '3'],
          ['CVE-2024-3', '2'],
          ['CVE-2024-4', '1'],
          ['CVE-2024-5', '1'],
        ]);
        expect(TotalCount).toBe(5);
        expect(List[0]).toMatchObject({
          POCID: expect.stringMatching(/^pcmgr-\d+$/),
          Name: 'Overflow in openssl',
          CategoryType: 'SYSTEM',
          Des: 'what goes wrong',
          OfficialSolution: 'Upgrade to libssl3 3.0.13',
          Reference: '["https://example.org/1","https://example.org/2"]',
          SubmitTime: '2024-01-02 03:04:05',
          CvssScore: '9.8',
          CvssVector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
          IsSuggest: 'true',
          FixedVersions: '3.0.13',
          Tag: expect.arrayContaining(['CanBeFixed', 'SYS']),
          Component: 'libssl3',
          Version: '3.0.11',
          AttackLevel: 0,
          Components: [
            {
              Component: 'libssl3',
              Name: 'libssl3',
              Version: '3.0.11',
              FixedVersion: '3.0.13',
              Path: 'var/lib/dpkg/status',
              Type: 'SYSTEM',
            },
          ],
          LayerInfos: [{ LayerId: base, LayerCmd: 'ADD rootfs.tar /' }],
        });
      });

      on('shows a vulnerability whose time cannot be read without one', async (sdk, { id }) => {
        const { List = [] } = await sdk.DescribeAssetImageRegistryVulList({ Id: id, Offset: 3, Limit: 1 });

        expect(List).toMatchObject([{ CVEID: 'CVE-2024-4', Name: 'CVE-2024-4', SubmitTime: '', CvssScore: '' }]);
      });

      const cases: Readonly<
        Record<string, readonly (readonly [values: readonly string[], exact: boolean, ids: readonly number[]])[]>
      > = {
        Level: [
          [['4'], false, [1]],
          [['1'], true, [4, 5]],
          [['2', '3'], false, [2, 3]],
        ],
        RiskLevel: [[['4', '2'], false, [1, 3]]],
        Name: [
          [['2024-'], false, [1, 2, 3, 4, 5]],
          [['POLLUTION', 'cve-2024-2'], false, [2, 3]],
          [['CVE-2024-3'], true, [3]],
          [['Prototype pollution'], true, []],
        ],
        ComponentName: [
          [['SSL'], false, [1, 2, 4, 5]],
          [['lodash'], true, [3]],
          [['openssl'], true, []],
          [['dpkg'], false, []],
        ],
        // No rule ignores any of them; what rules do has tests of its own.
        Ignored: [[['1'], false, []]],
        Tag: [
          [['CanBeFixed'], false, [1, 3]],
          [['CanBeFixed', 'DynamicLevelExp'], true, [1, 2, 3]],
          [['exp', 'APP'], false, [2, 3]],
          [['SYS'], false, [1, 2, 4, 5]],
          [['DynamicLevelPoc'], false, []],
        ],
      };
      for (const Name of Object.keys(cases)) {
        on(`is filtered by ${Name}`, async (sdk, { id }) => {
          for (const [values, ExactMatch, expected] of cases[Name] ?? []) {
            const Filters = [{ Name, Values: [...values], ExactMatch }];
            expect(await ids(sdk, { Id: id, Filters }), JSON.stringify(Filters)).toEqual(expected);
          }
          for (const value of ['all', 'ALL']) {
            expect(await ids(sdk, { Id: id, Filters: [{ Name, Values: [value] }] })).toEqual([1, 2, 3, 4, 5]);
          }
        });
      }
      on('has a case for every filter of the table', async () => {
        expect(Object.keys(cases)).toEqual(expect.arrayContaining(Object.keys(vulnerabilityFilters)));
      });

      on('joins filters by AND, those of one name, too', async (sdk, { id }) => {
        const tag = { Name: 'Tag', Values: ['CanBeFixed'] };

        expect(await ids(sdk, { Id: id, Filters: [tag, { Name: 'Level', Values: ['4'] }] })).toEqual([1]);
        expect(await ids(sdk, { Id: id, Filters: [tag, { Name: 'Tag', Values: ['APP'] }] })).toEqual([3]);
        const levels = ['4', '3'].map((level) => ({ Name: 'Level', Values: [level] }));
        expect(await ids(sdk, { Id: id, Filters: levels })).toEqual([]);
      });

      on('names an unknown filter, level and label', async (sdk, { id }) => {
        for (const [Name, value] of [
          ['Severity', '4'],
          ['Level', '5'],
          ['Tag', 'Fixed'],
        ] as const) {
          await expect(ids(sdk, { Id: id, Filters: [{ Name, Values: [value] }] })).rejects.toMatchObject({
            code: 'InvalidParameter',
            message: expect.stringMatching(/Known (filters|values): /),
          });
        }
      });

      on('is paged, and the count is that before paging', async (sdk, { id }) => {
        const page = await sdk.DescribeAssetImageRegistryVulList({ Id: id, Limit: 2, Offset: 1 });

        expect(page.List?.map((row) => row.CVEID)).toEqual(['CVE-2024-2', 'CVE-2024-3']);
        expect(page.TotalCount).toBe(5);
        expect(await sdk.DescribeAssetImageRegistryVulList({ Id: id, Limit: 0 })).toMatchObject({
          TotalCount: 5,
          List: [],
        });
        expect(await sdk.DescribeAssetImageRegistryVulList({ Id: id, Offset: 5 })).toMatchObject({
          TotalCount: 5,
          List: [],
        });
        await expect(sdk.DescribeAssetImageRegistryVulList({ Id: id, Limit: 101 })).rejects.toMatchObject({
          code: 'InvalidParameterValue',
        });
      });

      on('takes the coordinates of an image instead of its Id; the Id wins', async (sdk) => {
        const at = (ImageTag: string) => ({
          InstanceName: 'lab',
          Namespace: 'team',
          ImageName: 'app',
          ImageTag,
          Force: '',
          ImageRepoAddress: '127.0.0.1:5000/team/app',
        });
        const unscanned = (
          await sdk.DescribeAssetImageRegistryList({ Filters: [{ Name: 'ImageTag', Values: ['v3'] }] })
        ).List?.[0]?.Id;

        expect(await ids(sdk, { ImageInfo: at('v1') })).toEqual([1, 2, 3, 4, 5]);
        expect(await ids(sdk, { ImageInfo: { ...at('v1'), ImageName: 'team/app', Namespace: '' } })).toHaveLength(5);
        expect(await ids(sdk, { Id: unscanned as number, ImageInfo: at('v1') })).toEqual([]);
      });

      on('needs to know which image, and says so of one that is not there', async (sdk) => {
        const empty = { InstanceName: '', Namespace: '', ImageName: '', ImageTag: '', Force: '' };

        await expect(sdk.DescribeAssetImageRegistryVulList({})).rejects.toMatchObject(missing);
        for (const request of [{ Id: 999_999 }, { ImageInfo: empty }, { ImageInfo: { ...empty, ImageTag: 'v9' } }]) {
          await expect(sdk.DescribeAssetImageRegistryVulList(request)).rejects.toMatchObject(notFound);
        }
      });
    });
  });
}
