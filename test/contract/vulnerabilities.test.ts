import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Severity } from '../../src/model/severity.ts';
import type { Vulnerability } from '../../src/model/vulnerability.ts';
import type { Store } from '../../src/store/store.ts';
import { openTestStore, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { digestOf, sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { samplePackage, sampleResult, sampleSummary, sampleVulnerability } from '../support/sample-scans.ts';
import { startTestApi, type TestApi } from '../support/start-test-api.ts';
import { type SdkClient, sdkFor } from '../support/start-test-plimsoll.ts';

const day = (n: number) => new Date(Date.UTC(2026, 0, n));
const remote = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
const lodash = { ...samplePackage, ecosystem: 'npm', name: 'lodash', version: '4.17.11', path: 'app/package.json' };

const openssl = sampleVulnerability('CVE-2024-0001', {
  severity: 'high',
  published: '2024-01-02T03:04:05Z',
  cvss: { score: 8.8, vector: remote },
});
const unrated = sampleVulnerability('CVE-2024-0002', {
  severity: 'unknown',
  cvss: undefined,
  affected: [{ package: samplePackage, advisoryId: 'DEBIAN-CVE-2024-0002' }],
});
const prototypePollution = sampleVulnerability('CVE-2019-10744', {
  title: 'Prototype Pollution in lodash',
  cvss: { score: 9.3, vector: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:H/VA:H/SC:N/SI:N/SA:N' },
  exploited: true,
  affected: [{ package: lodash, advisoryId: 'GHSA-jf85-cpcp-j695', fixedVersion: '4.17.12' }],
});

/** Every action that names one vulnerability, with the least it needs. */
const ofOne = ['DescribeVulDetail', 'DescribeVulRegistryImageList', 'DescribeVulIgnoreRegistryImageList'] as const;
const overAll = ['DescribeSystemVulList', 'DescribeWebVulList'] as const;
const rules = ['AddIgnoreVul', 'DeleteIgnoreVul'] as const;
const ofOneImage = ['DescribeAssetImageRegistryVirusList', 'DescribeAssetImageRegistryRiskInfoList'] as const;

// Both engines give these answers the same: test/conformance/vulnerabilities.test.ts.
let engine: StoreEngine;
let store: Store;
let clock: { now: Date };
let api: TestApi;
let sdk: SdkClient;

beforeAll(async () => {
  engine = await sqliteEngine();
});
afterAll(() => engine?.stop());
beforeEach(async () => {
  ({ store, clock } = await openTestStore(engine));
  api = await startTestApi(store);
  sdk = api.sdk;
});
afterEach(async () => {
  await api?.stop();
  await store?.close();
});

const failed = (code: string, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });
/** Parameters as a client without types might send them. */
const send = (action: string, parameters: object) => sdk.request(action, parameters);
const filter = (Name: string, ...Values: string[]) => ({ Filters: [{ Name, Values }] });
const cves = (answer: { List?: { CVEID?: string }[] }) => (answer.List ?? []).map((row) => row.CVEID);

async function addImages(...tags: readonly string[]): Promise<void> {
  const { id } = await store.registries.add(sampleRegistry('lab', { url: 'https://lab.example.org' }));
  await store.images.saveTags(
    id,
    'team/app',
    tags.map((tag, i) => sampleTag(tag, [sampleImage(tag, { createdAt: day(i + 1) })])),
  );
}

async function scan(tag: string, found: readonly Vulnerability[], at = day(1)): Promise<void> {
  const image = await store.images.findByImageId(digestOf(`config ${tag}`));
  const count = (...levels: Severity[]) => found.filter(({ severity }) => levels.includes(severity)).length;
  await store.inventories.saveScan(
    sampleResult(image?.artifactId ?? 0, {
      inventory: { packages: [samplePackage, lodash], problems: [] },
      vulnerabilities: found,
      summary: sampleSummary({
        scannedAt: at,
        vulnerabilities: found.length,
        critical: count('critical'),
        high: count('high'),
        medium: count('medium'),
        low: count('low', 'unknown'),
        packages: 2,
      }),
    }),
  );
}

/** v1 has all three, v2 (the newest) has the first only, v3 was never scanned. */
async function fill(): Promise<void> {
  await addImages('v1', 'v2', 'v3');
  await scan('v1', [openssl, unrated, prototypePollution]);
  await scan('v2', [openssl], day(2));
}
const rowOf = async (tag: string) => (await sdk.DescribeAssetImageRegistryList(filter('ImageTag', tag))).List?.[0];
const pocIdOf = async (cve: string): Promise<string> => {
  for (const list of overAll) {
    const { List } = await sdk[list](filter('CVEID', cve));
    if (List?.[0]?.PocID) return List[0].PocID;
  }
  throw new Error(`${cve} is in no list`);
};

describe('lists over all images', () => {
  test('one row for each vulnerability, in the list of its kind', async () => {
    await fill();

    const system = await sdk.DescribeSystemVulList({});
    const web = await sdk.DescribeWebVulList({});

    expect(system).toEqual({
      TotalCount: 2,
      RequestId: expect.any(String),
      List: [
        {
          ID: expect.any(Number),
          PocID: expect.stringMatching(/^pcmgr-\d+$/),
          CVEID: 'CVE-2024-0001',
          Name: 'title of CVE-2024-0001',
          Tags: ['CanBeFixed', 'SYS'],
          Category: '',
          Level: 'HIGH',
          CVSSV3Score: 8.8,
          FoundTime: '2026-01-01 00:00:00',
          LatestFoundTime: '2026-01-02 00:00:00',
          RegistryImageCount: 2,
          LocalImageCount: 0,
          ContainerCount: 0,
          DefenceStatus: 'NO_DEFENDED',
          DefenceScope: '',
          DefenceHostCount: 0,
          DefendedCount: 0,
          RaspOpenNodeCount: 0,
          RaspClosedNodeCount: 0,
        },
        expect.objectContaining({ CVEID: 'CVE-2024-0002', Level: 'LOW', CVSSV3Score: 0, Tags: ['SYS'] }),
      ],
    });
    expect(web).toMatchObject({
      TotalCount: 1,
      List: [
        {
          CVEID: 'CVE-2019-10744',
          Name: 'Prototype Pollution in lodash',
          Level: 'CRITICAL',
          // Its rating is one of CVSS 4, for which there is no field.
          CVSSV3Score: 0,
          Tags: ['CanBeFixed', 'DynamicLevelExp', 'EXP', 'APP'],
          RegistryImageCount: 1,
        },
      ],
    });
  });

  test('every filter selects what it says', async () => {
    await fill();
    const table: readonly (readonly [string, readonly string[], readonly string[]])[] = [
      ['Level', ['HIGH'], ['CVE-2024-0001']],
      ['Level', ['low'], ['CVE-2024-0002']],
      ['Level', ['CRITICAL', 'MIDDLE'], []],
      ['Level', ['ALL'], ['CVE-2024-0001', 'CVE-2024-0002']],
      ['Tags', ['EXP'], []],
      ['Tags', ['POC'], []],
      ['CanBeFixed', ['true'], ['CVE-2024-0001']],
      ['CanBeFixed', ['false'], ['CVE-2024-0002']],
      ['CanBeFixed', ['true', 'false'], ['CVE-2024-0001', 'CVE-2024-0002']],
      ['CVEID', ['0002'], ['CVE-2024-0002']],
      ['Name', ['OF CVE-2024-0001'], ['CVE-2024-0001']],
      ['FocusOnType', ['SERIOUS_LEVEL'], ['CVE-2024-0001']],
      ['FocusOnType', ['IS_SUGGEST'], ['CVE-2024-0001']],
      ['FocusOnType', ['POC_EXP', 'NETWORK_EXP'], []],
      ['FocusOnType', ['ALL'], ['CVE-2024-0001', 'CVE-2024-0002']],
      ['ImageName', ['ap'], ['CVE-2024-0001', 'CVE-2024-0002']],
      ['ImageName', ['other'], []],
      ['ImageID', [digestOf('config v2')], ['CVE-2024-0001']],
      ['OnlyAffectedNewestImage', ['false'], ['CVE-2024-0001', 'CVE-2024-0002']],
      ['OnlyAffectedNewestImage', ['true'], []],
      ['OnlyAffectedContainer', ['true'], []],
      ['OnlyAffectedContainer', ['false'], ['CVE-2024-0001', 'CVE-2024-0002']],
      ['ContainerID', ['abc'], []],
      ['ContainerName', ['abc'], []],
      ['ComponentName', ['ssl'], ['CVE-2024-0001', 'CVE-2024-0002']],
      ['ComponentName', ['lodash'], []],
      ['ComponentVersion', ['3.0.11'], ['CVE-2024-0001', 'CVE-2024-0002']],
    ];

    for (const [Name, Values, expected] of table) {
      const answer = await sdk.DescribeSystemVulList({ Filters: [{ Name, Values: [...Values] }] });
      expect([Name, Values, cves(answer), answer.TotalCount]).toEqual([Name, Values, expected, expected.length]);
    }
  });

  test('filters of the application list; several are joined by AND', async () => {
    await fill();
    const both = {
      Filters: [
        { Name: 'ComponentName', Values: ['lodash'], ExactMatch: true },
        { Name: 'ComponentVersion', Values: ['4.17.11'] },
      ],
    };

    expect(cves(await sdk.DescribeWebVulList(both))).toEqual(['CVE-2019-10744']);
    expect(cves(await sdk.DescribeWebVulList(filter('Tags', 'EXP')))).toEqual(['CVE-2019-10744']);
    expect(cves(await sdk.DescribeWebVulList(filter('FocusOnType', 'NETWORK_EXP')))).toEqual(['CVE-2019-10744']);
    const contradiction = { Filters: [...both.Filters, { Name: 'Level', Values: ['LOW'] }] };
    expect(await sdk.DescribeWebVulList(contradiction)).toMatchObject({ TotalCount: 0, List: [] });
  });

  test('a fixed image that is the newest leaves only what it still has', async () => {
    await addImages('v1', 'v2');
    await scan('v1', [openssl, unrated]);
    await scan('v2', [unrated]);

    expect(cves(await sdk.DescribeSystemVulList(filter('OnlyAffectedNewestImage', 'true')))).toEqual(['CVE-2024-0002']);
  });

  test('pages in each order add up to TotalCount', async () => {
    await addImages('v1');
    await scan(
      'v1',
      Array.from({ length: 23 }, (_, i) => sampleVulnerability(`CVE-${i}`, { severity: i % 2 ? 'low' : 'high' })),
    );

    for (const By of ['LatestFoundTime', 'FoundTime', 'Level', 'RegistryImageCount']) {
      for (const Order of ['asc', 'DESC']) {
        const seen = [];
        for (let Offset = 0; Offset <= 30; Offset += 10) {
          const page = await sdk.DescribeSystemVulList({ By, Order, Offset, Limit: 10 });
          expect(page.TotalCount).toBe(23);
          seen.push(...(page.List ?? []));
        }
        expect(new Set(seen.map((row) => row.ID)).size).toBe(23);
      }
    }
    expect((await sdk.DescribeSystemVulList({ By: 'Level', Order: 'ASC' })).List?.[0]).toMatchObject({
      Level: 'LOW',
    });
    expect(await sdk.DescribeSystemVulList({ Limit: 0 })).toMatchObject({ TotalCount: 23, List: [] });
  });

  test.for(overAll)('%s refuses what it does not know', async (action) => {
    await expect(send(action, { Limit: 101 })).rejects.toEqual(failed('InvalidParameterValue', '`Limit`'));
    await expect(send(action, { By: 'VulCount' })).rejects.toEqual(failed('InvalidParameter', 'LatestFoundTime'));
    await expect(send(action, { Order: 'up' })).rejects.toEqual(failed('InvalidParameterValue', '`Order`'));
    await expect(send(action, filter('Levels', 'HIGH'))).rejects.toEqual(failed('InvalidParameter', '`Levels`'));
    await expect(send(action, filter('Level', '4'))).rejects.toEqual(failed('InvalidParameter', 'CRITICAL'));
    await expect(send(action, { Id: 1 })).rejects.toEqual(failed('UnknownParameter', '`Id`'));
    await expect(send(action, { Offset: -1 })).rejects.toEqual(failed('InvalidParameter', '`Offset`'));
    await expect(send(action, { Filters: [{ Name: 'Level' }] })).rejects.toEqual(
      failed('MissingParameter', '`Filters.0.Values`'),
    );
    await expect(send(action, { Filters: {} })).rejects.toEqual(failed('InvalidParameter', '`Filters`'));
  });
});

describe('one vulnerability', () => {
  test('its detail', async () => {
    await fill();
    const PocID = await pocIdOf('CVE-2024-0001');

    const { VulInfo } = await sdk.DescribeVulDetail({ PocID });

    expect(VulInfo).toEqual({
      PocID,
      CVEID: 'CVE-2024-0001',
      Name: 'title of CVE-2024-0001',
      Tags: ['CanBeFixed', 'SYS'],
      Category: '',
      CategoryType: 'SYSTEM',
      Level: 'HIGH',
      CVSSV3Score: 8.8,
      CVSSV3Desc: remote,
      SubmitTime: '2024-01-02 03:04:05',
      Description: 'what goes wrong',
      OfficialSolution: 'Upgrade to libssl3 3.0.13-1~deb12u1',
      DefenseSolution: '',
      Reference: ['https://example.org/advisory'],
      ComponentList: [{ Name: 'libssl3', Version: [samplePackage.version], FixedVersion: ['3.0.13-1~deb12u1'] }],
      RegistryImageCount: 2,
      RegistryNewestImageCount: 0,
      LocalImageCount: 0,
      LocalNewestImageCount: 0,
      ContainerCount: 0,
      DefenceStatus: 'NO_DEFENDED',
      DefenceScope: '',
      DefenceHostCount: 0,
      DefendedCount: 0,
      ScanStatus: 'SCANNED',
    });
    const web = await sdk.DescribeVulDetail({ PocID: await pocIdOf('CVE-2019-10744') });
    expect(web.VulInfo).toMatchObject({ CategoryType: 'WEB', Level: 'CRITICAL', CVSSV3Score: 0, CVSSV3Desc: '' });
  });

  test('its id may be the number alone, in any case of letters', async () => {
    await fill();
    const PocID = await pocIdOf('CVE-2024-0001');

    for (const spelled of [PocID.toUpperCase(), PocID.replace('pcmgr-', '')])
      expect(await sdk.DescribeVulDetail({ PocID: spelled })).toMatchObject({ VulInfo: { PocID } });
  });

  test('the images that it affects, with the packages by which it does', async () => {
    await fill();
    const PocID = await pocIdOf('CVE-2024-0001');

    const answer = await sdk.DescribeVulRegistryImageList({ PocID });

    expect(answer).toMatchObject({ TotalCount: 2 });
    expect(answer.List?.map((row) => row.ImageTag)).toEqual(['v2', 'v1']);
    expect(answer.List?.[1]).toEqual({
      ImageAssetId: (await rowOf('v1'))?.Id,
      ImageID: digestOf('config v1'),
      ImageName: 'app',
      ImageTag: 'v1',
      Namespace: 'team',
      ImageRepoAddress: 'lab.example.org/team/app',
      IsLatestImage: false,
      ComponentList: [
        {
          Name: 'libssl3',
          Version: samplePackage.version,
          FixedVersion: '3.0.13-1~deb12u1',
          Path: 'var/lib/dpkg/status',
        },
      ],
    });
    const byCount = await sdk.DescribeVulRegistryImageList({ PocID, By: 'VulCount', Order: 'desc' });
    expect(byCount.List?.map((row) => row.ImageTag)).toEqual(['v1', 'v2']);
    const second = await sdk.DescribeVulRegistryImageList({ PocID, Limit: 1, Offset: 1 });
    expect([second.TotalCount, second.List?.map((row) => row.ImageTag)]).toEqual([2, ['v1']]);
  });

  test('every filter of its images selects what it says', async () => {
    await fill();
    const PocID = await pocIdOf('CVE-2024-0001');
    const table: readonly (readonly [string, string, readonly string[]])[] = [
      ['OnlyAffectedNewestImage', 'true', []],
      ['OnlyAffectedNewestImage', 'false', ['v2', 'v1']],
      ['ImageDigest', digestOf('manifest v1').slice(0, 20), ['v1']],
      ['ImageId', digestOf('config v2'), ['v2']],
      ['Namespace', 'EAM', ['v2', 'v1']],
      ['ImageTag', 'v1', ['v1']],
      ['InstanceName', 'lab', ['v2', 'v1']],
      ['ImageName', 'nobody', []],
      ['ImageRepoAddress', 'lab.example.org', ['v2', 'v1']],
    ];

    for (const [Name, value, expected] of table) {
      const answer = await sdk.DescribeVulRegistryImageList({ PocID, ...filter(Name, value) });
      const tags = answer.List?.map((row) => row.ImageTag);
      expect([Name, value, tags, answer.TotalCount]).toEqual([Name, value, expected, expected.length]);
    }
  });

  test.for(ofOne)('%s needs a vulnerability that exists', async (action) => {
    await fill();

    await expect(send(action, {})).rejects.toEqual(failed('MissingParameter', '`PocID`'));
    await expect(send(action, { PocID: 1 })).rejects.toEqual(failed('InvalidParameter', '`string`'));
    await expect(send(action, { PocID: 'pcmgr-1', POCID: 'pcmgr-1' })).rejects.toEqual(
      failed('UnknownParameter', '`POCID`'),
    );
    for (const PocID of ['pcmgr-999999', '99999999999999999999', 'CVE-2024-0001', '', "'; drop table findings"])
      await expect(send(action, { PocID })).rejects.toEqual(failed('ResourceNotFound', 'PocID'));
  });

  test('the lists of its images refuse what they do not know', async () => {
    await fill();
    const PocID = await pocIdOf('CVE-2024-0001');

    for (const action of ofOne.slice(1))
      await expect(send(action, { PocID, Limit: 101 })).rejects.toEqual(failed('InvalidParameterValue', '`Limit`'));
    await expect(send('DescribeVulRegistryImageList', { PocID, ...filter('Tag', 'x') })).rejects.toEqual(
      failed('InvalidParameter', '`Tag`'),
    );
    await expect(send('DescribeVulRegistryImageList', { PocID, By: 'Level' })).rejects.toEqual(
      failed('InvalidParameter', 'VulCount'),
    );
  });
});

describe('ignore rules', () => {
  test('an ignored vulnerability leaves lists and counts, and the rows tell that it does', async () => {
    await fill();
    const PocID = await pocIdOf('CVE-2024-0001');
    const before = [await rowOf('v1'), await rowOf('v2')];
    expect(before[0]).toMatchObject({ VulCnt: 3, HighLevelVulCnt: 1, Reason: '' });

    await sdk.AddIgnoreVul({ List: [{ PocID }] });

    const row = await rowOf('v1');
    expect(row).toMatchObject({
      VulCnt: 2,
      HighLevelVulCnt: 0,
      CriticalLevelVulCnt: 1,
      LowLevelVulCnt: 1,
      Reason: '1 vulnerability is ignored by rules and not counted',
    });
    expect(await rowOf('v2')).toMatchObject({ VulCnt: 0, HighLevelVulCnt: 0, HasNeedFixVul: false });
    const Id = row?.Id;
    expect(await sdk.DescribeAssetImageRegistryDetail({ Id })).toMatchObject({ VulCnt: 2, Reason: row?.Reason });
    expect(cves(await sdk.DescribeAssetImageRegistryVulList({ Id }))).toEqual(['CVE-2019-10744', 'CVE-2024-0002']);
    const ignored = await sdk.DescribeAssetImageRegistryVulList({ Id, ...filter('Ignored', '1') });
    expect([cves(ignored), ignored.TotalCount]).toEqual([['CVE-2024-0001'], 1]);
    expect(cves(await sdk.DescribeSystemVulList({}))).toEqual(['CVE-2024-0002']);
    expect(await sdk.DescribeVulRegistryImageList({ PocID })).toMatchObject({ TotalCount: 0, List: [] });
    expect((await sdk.DescribeVulDetail({ PocID })).VulInfo).toMatchObject({ Level: 'HIGH', RegistryImageCount: 0 });

    await sdk.DeleteIgnoreVul({ List: [{ PocID }] });

    expect([await rowOf('v1'), await rowOf('v2')]).toEqual(before);
    expect(cves(await sdk.DescribeSystemVulList({}))).toEqual(['CVE-2024-0001', 'CVE-2024-0002']);
  });

  test('the row tells it in Chinese, too', async () => {
    await fill();
    await sdk.AddIgnoreVul({ List: [{ PocID: await pocIdOf('CVE-2024-0001') }] });
    const chinese = sdkFor(api.url, api.key);
    chinese.profile.language = 'zh-CN';

    const { List } = await chinese.DescribeAssetImageRegistryList(filter('ImageTag', 'v1'));

    expect(List?.[0]?.Reason).toBe('按忽略规则有 1 个漏洞未计入');
  });

  test('rules are listed with the number of images they concern', async () => {
    await fill();
    const [first, second] = [await pocIdOf('CVE-2024-0001'), await pocIdOf('CVE-2024-0002')];
    await sdk.AddIgnoreVul({ List: [{ PocID: first }] });
    clock.now = new Date(clock.now.getTime() + 1000);
    await sdk.AddIgnoreVul({ List: [{ PocID: second, ImageIDs: [digestOf('config v1')], ImageType: 'REGISTRY' }] });

    expect(await sdk.DescribeScanIgnoreVulList({})).toMatchObject({
      TotalCount: 2,
      List: [
        {
          PocID: second,
          CVEID: 'CVE-2024-0002',
          VulName: 'title of CVE-2024-0002',
          IsIgnoreAll: 0,
          RegistryImageCount: 1,
          LocalImageCount: 0,
          UpdateTime: '2026-11-25 00:00:01',
        },
        { PocID: first, CVEID: 'CVE-2024-0001', IsIgnoreAll: 1, RegistryImageCount: 2 },
      ],
    });
    expect(cves(await sdk.DescribeScanIgnoreVulList(filter('CVEID', '0001')))).toEqual(['CVE-2024-0001']);
    expect(cves(await sdk.DescribeScanIgnoreVulList(filter('VulName', 'TITLE OF CVE-2024-0002')))).toEqual([
      'CVE-2024-0002',
    ]);
    const oldestFirst = await sdk.DescribeScanIgnoreVulList({ By: 'UpdateTime', Order: 'ASC', Limit: 1 });
    expect([cves(oldestFirst), oldestFirst.TotalCount]).toEqual([['CVE-2024-0001'], 2]);
    await expect(send('DescribeScanIgnoreVulList', { By: 'Level' })).rejects.toEqual(
      failed('InvalidParameter', 'UpdateTime'),
    );
    await expect(send('DescribeScanIgnoreVulList', filter('Level', '1'))).rejects.toEqual(
      failed('InvalidParameter', 'VulName'),
    );
    await expect(send('DescribeScanIgnoreVulList', { PocID: '1' })).rejects.toEqual(
      failed('UnknownParameter', '`PocID`'),
    );
  });

  test('the images that ignore a vulnerability, page by page', async () => {
    await fill();
    const PocID = await pocIdOf('CVE-2024-0001');
    expect(await sdk.DescribeVulIgnoreRegistryImageList({ PocID })).toMatchObject({ TotalCount: 0, List: [] });
    await sdk.AddIgnoreVul({ List: [{ PocID }] });

    const first = await sdk.DescribeVulIgnoreRegistryImageList({ PocID, Limit: 1 });
    const second = await sdk.DescribeVulIgnoreRegistryImageList({ PocID, Limit: 1, Offset: 1 });

    expect(first).toMatchObject({
      TotalCount: 2,
      List: [
        {
          ID: (await rowOf('v2'))?.Id,
          RegistryName: 'lab',
          RegistryPath: 'lab.example.org/team/app',
          ImageVersion: 'v2',
          ImageID: digestOf('config v2'),
          PocID,
        },
      ],
    });
    expect(second.List?.map((row) => row.ImageVersion)).toEqual(['v1']);
  });

  test.for(['image id', 'manifest digest', 'Id'])('an image is named by its %s', async (how) => {
    await fill();
    const PocID = await pocIdOf('CVE-2024-0001');
    const Id = String((await rowOf('v1'))?.Id);
    const name = { 'image id': digestOf('config v1'), 'manifest digest': digestOf('manifest v1'), Id }[how] ?? '';

    await sdk.AddIgnoreVul({ List: [{ PocID, ImageIDs: [name] }] });
    expect([(await rowOf('v1'))?.VulCnt, (await rowOf('v2'))?.VulCnt]).toEqual([2, 1]);

    await sdk.DeleteIgnoreVul({ List: [{ PocID, ImageIDs: [name] }] });
    expect([(await rowOf('v1'))?.VulCnt, (await rowOf('v2'))?.VulCnt]).toEqual([3, 1]);
  });

  test('rules for local images are accepted, and concern nothing', async () => {
    await fill();
    const PocID = await pocIdOf('CVE-2024-0001');

    await sdk.AddIgnoreVul({
      List: [
        { PocID, ImageType: 'LOCAL', ImageIDs: ['sha256:whatever'] },
        { PocID, ImageType: 'local' },
      ],
    });
    await sdk.DeleteIgnoreVul({ List: [{ PocID, ImageType: 'LOCAL' }] });

    expect(await sdk.DescribeScanIgnoreVulList({})).toMatchObject({ TotalCount: 0 });
    expect(await rowOf('v1')).toMatchObject({ VulCnt: 3 });
  });

  test('deleting a rule that does not exist is no error', async () => {
    await fill();
    const PocID = await pocIdOf('CVE-2024-0001');

    await sdk.DeleteIgnoreVul({ List: [{ PocID }] });
    await sdk.DeleteIgnoreVul({ List: [{ PocID, ImageIDs: [digestOf('an image that is gone')] }] });

    expect(await rowOf('v1')).toMatchObject({ VulCnt: 3 });
  });

  test('an image cannot be taken out of what is ignored in every image', async () => {
    await fill();
    const PocID = await pocIdOf('CVE-2024-0001');
    await sdk.AddIgnoreVul({ List: [{ PocID }] });

    await expect(sdk.DeleteIgnoreVul({ List: [{ PocID, ImageIDs: [digestOf('config v1')] }] })).rejects.toEqual(
      failed('FailedOperation', PocID),
    );

    expect(await rowOf('v1')).toMatchObject({ VulCnt: 2 });
  });

  test('a request with one fault changes nothing', async () => {
    await fill();
    const PocID = await pocIdOf('CVE-2024-0001');

    await expect(sdk.AddIgnoreVul({ List: [{ PocID }, { PocID: 'pcmgr-999' }] })).rejects.toEqual(
      failed('ResourceNotFound', 'pcmgr-999'),
    );
    await expect(sdk.AddIgnoreVul({ List: [{ PocID, ImageIDs: ['sha256:nobody'] }] })).rejects.toEqual(
      failed('ResourceNotFound', 'sha256:nobody'),
    );
    await expect(sdk.AddIgnoreVul({ List: [{ PocID, ImageIDs: [''] }] })).rejects.toEqual(failed('ResourceNotFound'));
    await expect(sdk.DeleteIgnoreVul({ List: [{ PocID, ImageIDs: ['999999'] }] })).rejects.toEqual(
      failed('ResourceNotFound', '999999'),
    );
    await expect(sdk.AddIgnoreVul({ List: [{ PocID, ImageType: 'CLOUD' }] })).rejects.toEqual(
      failed('InvalidParameterValue', 'LOCAL'),
    );

    expect(await sdk.DescribeScanIgnoreVulList({})).toMatchObject({ TotalCount: 0 });
  });

  test.for(rules)('%s refuses what it does not know', async (action) => {
    await expect(send(action, {})).rejects.toEqual(failed('MissingParameter', '`List`'));
    await expect(send(action, { List: [] })).rejects.toEqual(failed('InvalidParameterValue', '`List`'));
    await expect(send(action, { List: [{}] })).rejects.toEqual(failed('MissingParameter', '`List.0.PocID`'));
    await expect(send(action, { List: 'pcmgr-1' })).rejects.toEqual(failed('InvalidParameter', '`List`'));
    await expect(send(action, { List: [{ PocID: 1 }] })).rejects.toEqual(failed('InvalidParameter', '`List.0.PocID`'));
    await expect(send(action, { List: [{ PocID: '1', ImageIDs: [1] }] })).rejects.toEqual(
      failed('InvalidParameter', '`List.0.ImageIDs.0`'),
    );
    await expect(send(action, { List: [{ PocID: '1', Reason: 'x' }] })).rejects.toEqual(
      failed('UnknownParameter', '`List.0.Reason`'),
    );
  });

  test('a reader may see the rules, not change them', async () => {
    await fill();
    const PocID = await pocIdOf('CVE-2024-0001');
    const reader = sdkFor(api.url, await api.createKey('reader'));

    for (const action of rules)
      await expect(reader[action]({ List: [{ PocID }] })).rejects.toEqual(failed('UnauthorizedOperation', action));

    expect(await reader.DescribeScanIgnoreVulList({})).toMatchObject({ TotalCount: 0, List: [] });
  });
});

describe('DescribeImageComponentList', () => {
  test('the packages of an image with what counts against them, most first', async () => {
    await fill();
    const ImageID = digestOf('config v1');

    const answer = await sdk.DescribeImageComponentList({ ImageID });

    expect(answer).toMatchObject({ TotalCount: 2 });
    expect(answer.List).toEqual([
      {
        Name: 'libssl3',
        Version: samplePackage.version,
        Path: 'var/lib/dpkg/status',
        Type: 'SYSTEM_COMPONENT',
        VulCount: 2,
        ImageID,
      },
      { Name: 'lodash', Version: '4.17.11', Path: 'app/package.json', Type: 'NPM', VulCount: 1, ImageID },
    ]);
    await sdk.AddIgnoreVul({ List: [{ PocID: await pocIdOf('CVE-2024-0001') }] });
    expect((await sdk.DescribeImageComponentList({ ImageID })).List?.map((row) => row.VulCount)).toEqual([1, 1]);
  });

  test('every filter selects what it says', async () => {
    await fill();
    const table: readonly (readonly [string, string, readonly string[]])[] = [
      ['ComponentName', 'LOD', ['lodash']],
      ['ComponentVersion', '3.0.11', ['libssl3']],
      ['ComponentType', 'SYSTEM_COMPONENT', ['libssl3']],
      ['ComponentType', 'npm', ['lodash']],
      ['VulLevel', '4', ['lodash']],
      ['VulLevel', '2', []],
      ['HasVul', 'true', ['libssl3', 'lodash']],
      ['HasVul', 'false', []],
      ['HasVul', 'ALL', ['libssl3', 'lodash']],
    ];

    for (const [Name, value, expected] of table) {
      const answer = await sdk.DescribeImageComponentList({ ImageID: digestOf('config v1'), ...filter(Name, value) });
      const names = answer.List?.map((row) => row.Name);
      expect([Name, value, names, answer.TotalCount]).toEqual([Name, value, expected, expected.length]);
    }
  });

  test('the image is named by its image id, its manifest digest or its Id, and pages add up', async () => {
    await fill();

    for (const ImageID of [digestOf('config v1'), digestOf('manifest v1'), String((await rowOf('v1'))?.Id)]) {
      const pages = [];
      for (const Offset of [0, 1, 2])
        pages.push(await sdk.DescribeImageComponentList({ ImageID, By: 'Name', Order: 'asc', Limit: 1, Offset }));
      expect(pages.map((page) => page.TotalCount)).toEqual([2, 2, 2]);
      expect(pages.flatMap((page) => page.List?.map((row) => row.Name))).toEqual(['libssl3', 'lodash']);
    }
  });

  test('an image that was not scanned has no rows; one that nobody has is not found', async () => {
    await fill();

    expect(await sdk.DescribeImageComponentList({ ImageID: digestOf('config v3') })).toMatchObject({
      TotalCount: 0,
      List: [],
    });
    for (const ImageID of ['sha256:nobody', '999999', '', '99999999999999999999'])
      await expect(sdk.DescribeImageComponentList({ ImageID })).rejects.toEqual(failed('ResourceNotFound'));
    await expect(send('DescribeImageComponentList', {})).rejects.toEqual(failed('MissingParameter', '`ImageID`'));
    await expect(send('DescribeImageComponentList', { ImageID: 1 })).rejects.toEqual(
      failed('InvalidParameter', '`string`'),
    );
    await expect(send('DescribeImageComponentList', { ImageID: '1', By: 'Level' })).rejects.toEqual(
      failed('InvalidParameter', 'VulCount'),
    );
    await expect(send('DescribeImageComponentList', { ImageID: '1', ...filter('Name', 'x') })).rejects.toEqual(
      failed('InvalidParameter', 'ComponentName'),
    );
  });
});

describe('malware and risks', () => {
  test.for(ofOneImage)('%s of an image that was not scanned for it is empty', async (action) => {
    await fill();
    const Id = (await rowOf('v1'))?.Id;

    expect(await rowOf('v1')).toMatchObject({ VirusStatus: 'NOT_SCAN', RiskStatus: 'NOT_SCAN' });
    expect(await sdk[action]({ Id })).toMatchObject({ TotalCount: 0, List: [] });
    expect(
      await sdk[action]({
        ImageInfo: { InstanceName: 'lab', Namespace: 'team', ImageName: 'app', ImageTag: 'v1', Force: '' },
      }),
    ).toMatchObject({ TotalCount: 0 });
  });

  test('malicious files, worst first', async () => {
    await fill();
    const image = await store.images.findByImageId(digestOf('config v1'));
    const file = {
      path: 'usr/bin/xmrig',
      severity: 'critical',
      category: 'Miner',
      name: 'Test.Miner',
      tags: ['elf'],
      description: 'a miner',
      solution: 'remove it',
      fileType: 'ELF',
      md5: 'd41d8cd98f00b204e9800998ecf8427e',
      sha256: '',
      engine: 'clamav',
      size: 2 ** 33,
    } as const;
    await store.malware.replace(
      image?.artifactId ?? 0,
      [file, { ...file, path: 'tmp/x', severity: 'low', name: 'Other' }],
      day(3),
    );
    const Id = image?.id;

    const answer = await sdk.DescribeAssetImageRegistryVirusList({ Id, Limit: 1 });

    expect(answer).toMatchObject({ TotalCount: 2 });
    expect(answer.List).toEqual([
      {
        Path: 'usr/bin/xmrig',
        FileName: 'xmrig',
        FileType: 'ELF',
        FileSize: 2 ** 33,
        FileMd5: file.md5,
        RiskLevel: '4',
        Category: 'Miner',
        VirusName: 'Test.Miner',
        Tags: ['elf'],
        Desc: 'a miner',
        Solution: 'remove it',
        FirstScanTime: '2026-01-03T00:00:00+00:00',
        LatestScanTime: '2026-01-03T00:00:00+00:00',
      },
    ]);
    for (const [Name, value, total] of [
      ['RiskLevel', '1', 1],
      ['RiskLevel', 'all', 2],
      ['Level', '3', 0],
      ['Name', 'miner', 1],
    ] as const)
      expect(await sdk.DescribeAssetImageRegistryVirusList({ Id, ...filter(Name, value) })).toMatchObject({
        TotalCount: total,
      });
  });

  test('risks in either direction, by their codes', async () => {
    await fill();
    const image = await store.images.findByImageId(digestOf('config v1'));
    await store.risks.replace(image?.artifactId ?? 0, [
      {
        rule: 'CIS-DI-0001',
        behavior: 'privilege',
        place: 'instruction',
        severity: 'low',
        description: 'runs as root',
        instruction: 'USER root',
      },
      {
        rule: 'password-assignment',
        behavior: 'secret',
        place: 'environment',
        severity: 'high',
        description: 'a password in an environment variable',
        instruction: '2026-01-01T00:00:00Z\nENV PASSWORD=****',
      },
    ]);
    const Id = image?.id;

    const { List, TotalCount } = await sdk.DescribeAssetImageRegistryRiskInfoList({ Id });

    expect(TotalCount).toBe(2);
    expect(List?.[0]).toEqual({
      Behavior: 3,
      Type: 2,
      Level: '3',
      Desc: 'a password in an environment variable',
      InstructionContent: '2026-01-01T00:00:00Z\nENV PASSWORD=****',
    });
    const first = async (Order: string) =>
      (await sdk.DescribeAssetImageRegistryRiskInfoList({ Id, By: 'Level', Order, Limit: 1 })).List?.[0]?.Level;
    expect([await first('+'), await first('-'), await first('ASC')]).toEqual(['1', '3', '1']);
    for (const [Name, value, total] of [
      ['Level', '3', 1],
      ['Behavior', '3', 1],
      ['Type', '2', 1],
      ['Type', '9', 0],
      ['Name', 'ROOT', 1],
    ] as const)
      expect(await sdk.DescribeAssetImageRegistryRiskInfoList({ Id, ...filter(Name, value) })).toMatchObject({
        TotalCount: total,
      });
  });

  test.for(ofOneImage)('%s needs an image that exists', async (action) => {
    await fill();

    await expect(send(action, {})).rejects.toEqual(failed('MissingParameter', '`Id`'));
    await expect(send(action, { Id: 999_999 })).rejects.toEqual(failed('ResourceNotFound'));
    await expect(send(action, { Id: 'x' })).rejects.toEqual(failed('InvalidParameter', '`Id`'));
    await expect(send(action, { Id: 1, PocID: 'x' })).rejects.toEqual(failed('UnknownParameter', '`PocID`'));
    await expect(send(action, { Id: 1, ...filter('Path', 'x') })).rejects.toEqual(failed('InvalidParameter', '`Path`'));
    await expect(send(action, { Id: 1, Limit: 101 })).rejects.toEqual(failed('InvalidParameterValue', '`Limit`'));
  });
});
