import { pino } from 'pino';
import { readSheet } from 'read-excel-file/node';
import { tcss } from 'tencentcloud-sdk-nodejs/tencentcloud/services/tcss/index.js';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { exportTables } from '../../src/api/export-tables/index.ts';
import { exportFormats } from '../../src/exports/formats/index.ts';
import type { Image } from '../../src/model/image.ts';
import type { MalwareFile } from '../../src/model/malware-file.ts';
import type { Risk } from '../../src/model/risk.ts';
import { ALL_ROWS } from '../../src/store/export-query.ts';
import type { Store } from '../../src/store/store.ts';
import { createExportJobHandler } from '../../src/tasks/run-export-job.ts';
import { openTestStore, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { parseCsv } from '../support/parse-csv.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { samplePackage, sampleResult, sampleSummary, sampleVulnerability } from '../support/sample-scans.ts';
import { startTestApi, type TestApi } from '../support/start-test-api.ts';
import { type SdkClient, sdkFor, startTestPlimsoll } from '../support/start-test-plimsoll.ts';
import { waitUntil } from '../support/wait-until.ts';

const HOUR_MS = 3_600_000;
const IMAGES = 12;
const lodash = { ...samplePackage, ecosystem: 'npm', name: 'lodash', version: '4.17.11', path: 'app/package.json' };
const idle = { ...samplePackage, name: 'base-files', version: '12.4' };
const vulnerabilities = [
  sampleVulnerability('CVE-2024-0001', {
    title: '=HYPERLINK("http://evil.example")',
    description: 'two\nlines, "quotes", 漢字',
    references: ['https://example.org/1', 'https://example.org/2?a,b'],
    exploited: true,
  }),
  sampleVulnerability('CVE-2024-0002', {
    severity: 'medium',
    cvss: undefined,
    references: [],
    affected: [{ package: lodash, advisoryId: 'GHSA-x' }],
  }),
  sampleVulnerability('CVE-2024-0003', { severity: 'unknown', cvss: undefined }),
];

const malware = [
  {
    path: 'usr/bin/miner',
    severity: 'high',
    category: 'CoinMiner',
    name: '-Win.Miner',
    tags: ['miner', 'network'],
    description: 'mines',
    solution: 'remove it',
    fileType: 'ELF',
    md5: 'd41d8cd98f00b204e9800998ecf8427e',
    sha256: '',
    engine: 'clamav',
    size: 0,
  },
  {
    path: 'tmp/eicar.com',
    severity: 'critical',
    category: 'Test',
    name: 'EICAR',
    tags: [],
    description: '',
    solution: '',
    fileType: '',
    md5: '',
    sha256: '',
    engine: 'clamav',
    size: 68,
  },
] as const satisfies readonly MalwareFile[];
const risk = {
  rule: 'password-assignment',
  behavior: 'secret',
  place: 'environment',
  severity: 'high',
  description: 'A password in an environment variable',
  instruction: '2026-01-01T00:00:00Z\nENV PASSWORD=a******z',
} as const satisfies Risk;

let engine: StoreEngine;
let store: Store;
let clock: { now: Date };
let api: TestApi;
let scanned: Image;
let unscanned: Image;
let infected: Image;
let clean: Image;

beforeAll(async () => {
  engine = await sqliteEngine();
  ({ store, clock } = await openTestStore(engine));
  clock.now = new Date();
  api = await startTestApi(store, { now: () => clock.now });
  const { id } = await store.registries.add(sampleRegistry('harbor', { type: 'harbor' }));
  await store.images.saveTags(
    id,
    'team/app',
    Array.from({ length: IMAGES }, (_, i) =>
      sampleTag(`v${i}`, [sampleImage(`v${i}`, { createdAt: new Date(1.7e12 + i * 1000), size: 1000 + i })]),
    ),
  );
  await store.images.saveTags(id, 'tool', [sampleTag('1', [sampleImage('tool', { createdAt: undefined })])]);
  const { rows } = await store.images.list({
    conditions: [],
    latestOnly: false,
    runningOnly: false,
    sort: { key: 'id', direction: 'asc' },
    offset: 0,
    limit: ALL_ROWS,
  });
  const [first, second, third, fourth] = rows;
  if (!first || !second || !third || !fourth) throw new Error('there are no images');
  await store.inventories.saveScan(
    sampleResult(first.artifactId, {
      inventory: { packages: [samplePackage, idle, lodash], problems: [] },
      vulnerabilities,
      summary: sampleSummary({ vulnerabilities: 3, critical: 1, medium: 1, low: 1, packages: 3 }),
    }),
  );
  scanned = (await store.images.get(first.id)) ?? first;
  unscanned = second;
  const kinds = { malware: { status: 'scanned', progress: 100 }, risk: { status: 'scanned', progress: 100 } } as const;
  const none = { vulnerabilities: [], inventory: { packages: [], problems: [] } };
  await store.inventories.saveScan(
    sampleResult(third.artifactId, {
      ...none,
      summary: sampleSummary({
        ...kinds,
        vulnerabilities: 0,
        critical: 0,
        packages: 0,
        needsFix: false,
        malwareFiles: 2,
        risks: 1,
        secrets: 1,
      }),
    }),
  );
  await store.malware.replace(third.artifactId, malware, new Date('2026-11-25T01:00:00Z'));
  await store.risks.replace(third.artifactId, [risk]);
  infected = (await store.images.get(third.id)) ?? third;
  await store.inventories.saveScan(
    sampleResult(fourth.artifactId, {
      ...none,
      summary: sampleSummary({
        ...kinds,
        vulnerabilities: 0,
        critical: 0,
        packages: 0,
        needsFix: false,
        malwareFiles: 0,
        risks: 0,
        secrets: 0,
      }),
    }),
  );
  clean = (await store.images.get(fourth.id)) ?? fourth;
});

afterAll(async () => {
  await api?.stop();
  await store?.close();
  await engine?.stop();
});

beforeEach(() => {
  vi.useRealTimers();
  clock.now = new Date();
});

const handler = () =>
  createExportJobHandler({ store, tables: exportTables, formats: exportFormats, log: pino({ level: 'silent' }) });

/** Does what waits, as a worker does. */
async function work(): Promise<void> {
  const run = handler();
  for (;;) {
    const job = await store.jobs.claim('test', clock.now, 60_000);
    if (!job) return;
    expect(await run(job, new AbortController().signal)).toMatchObject({ done: true });
    await store.jobs.complete(job.id, 'test');
  }
}

interface Started {
  readonly JobId: string;
  readonly DownloadUrl: string;
}

/** Starts an export and lets it run; parameters of ours are not in the SDK's types. */
async function exported(action: string, parameters: object, sdk: SdkClient = api.sdk): Promise<Started> {
  const started = (await sdk.request(action, parameters)) as Started;
  await work();
  return started;
}

async function download(jobId: string): Promise<Response> {
  const { DownloadURL } = await api.sdk.DescribeExportJobDownloadURL({ JobID: jobId });
  return fetch(DownloadURL ?? '');
}

/** Rows of a csv by their headers. */
async function rowsOf(jobId: string): Promise<readonly Readonly<Record<string, string>>[]> {
  const [header = [], ...records] = parseCsv(await (await download(jobId)).text());
  return records.map((record) => Object.fromEntries(header.map((name, i) => [name, record[i] ?? ''])));
}

async function headerOf(jobId: string): Promise<readonly string[]> {
  return parseCsv(await (await download(jobId)).text())[0] ?? [];
}

const everyImage = async (parameters = {}) =>
  (await api.sdk.DescribeAssetImageRegistryList({ Limit: 100, ...parameters })).List ?? [];

describe('images', () => {
  const LIST = 'DescribeAssetImageRegistryListExport';

  test('the file holds what the list shows, field by field, and an unknown is an empty cell', async () => {
    const { JobId } = await exported(LIST, {});

    const rows = await rowsOf(JobId);
    const list = await everyImage();
    expect(rows).toHaveLength(IMAGES + 1);
    for (const [i, image] of list.entries()) {
      const empty = [
        ...(image.CveStatus === 'NOT_SCAN' ? ['VulCnt'] : []),
        ...(image.VirusStatus === 'NOT_SCAN' ? ['VirusCnt'] : []),
        ...(image.RiskStatus === 'NOT_SCAN' ? ['RiskCnt', 'SentiveInfoCnt'] : []),
      ];
      if (image.ImageName === 'tool') empty.push('ImageCreateTime');
      const shown = Object.entries(image).map(([name, value]) => [
        name,
        empty.includes(name) || value === null ? '' : String(value),
      ]);
      expect({ ...rows[i], ScanStartTime: undefined }).toEqual({
        ...Object.fromEntries(shown),
        ScanStartTime: undefined,
      });
    }
    expect(rows.find((row) => row.ImageTag === scanned.tag)).toMatchObject({ VulCnt: '3', HighLevelVulCnt: '0' });
  });

  test('filters, order, switches, Limit and Offset choose the rows that the list shows', async () => {
    const parameters = {
      Filters: [{ Name: 'ImageTag', Values: ['v1'] }],
      By: 'ImageSize',
      Order: 'ASC',
      OnlyShowLatest: false,
    };
    const tags = async (more: object) => {
      const { JobId } = await exported(LIST, { ExportField: ['ImageTag'], ...parameters, ...more });
      return (await rowsOf(JobId)).map((row) => row.ImageTag);
    };
    const list = (await everyImage(parameters)).map((image) => image.ImageTag);

    expect(await tags({})).toEqual(list);
    expect(await tags({ Limit: 0 })).toEqual(list);
    expect(await tags({ Limit: 1, Offset: 1 })).toEqual(list.slice(1, 2));
    expect(await tags({ Limit: 100_000, Offset: 2 })).toEqual(list.slice(2));
    expect(await tags({ Filters: [], OnlyShowLatest: true })).toEqual(
      (await everyImage({ ...parameters, Filters: [], OnlyShowLatest: true })).map((image) => image.ImageTag),
    );
    expect(await tags({ IsRunning: true })).toEqual([]);
  });

  test('columns come in the order asked for, under the names asked for, by alias and in any case', async () => {
    const { JobId } = await exported(LIST, { ExportField: ['imagetag', 'ScanEndTime', 'ImageName', 'ScanTime'] });

    expect(await headerOf(JobId)).toEqual(['imagetag', 'ScanEndTime', 'ImageName']);
    expect((await rowsOf(JobId)).find((row) => row.imagetag === scanned.tag)).toEqual({
      imagetag: scanned.tag,
      ScanEndTime: '2026-11-25T01:00:00+00:00',
      ImageName: 'app',
    });
  });

  test("the documentation's own example of columns is taken", async () => {
    const ExportField =
      'InstanceName,InstanceId,RegistryType,Namespace,ImageName,ImageTag,ImageSize,ImageDigest,ImageId,ImageRepoAddress,ScanStatus,VulCnt,VirusCnt,RiskCnt,ScanStartTime,ScanEndTime,OsName,IsAuthorized,RegistryRegion'.split(
        ',',
      );
    const { JobId } = await exported(LIST, { ExportField });

    expect(await headerOf(JobId)).toEqual(ExportField);
  });

  test('an unknown column, filter, sort key or format is named together with the known ones', async () => {
    const refused = (parameters: object) => api.sdk.request(LIST, parameters);

    await expect(refused({ ExportField: ['Id', 'Colour'] })).rejects.toMatchObject({
      code: 'InvalidParameter',
      message: expect.stringMatching(/`Colour`.*Known columns: InstanceName, .*ImageTag/),
    });
    await expect(refused({ Filters: [{ Name: 'Colour', Values: ['red'] }] })).rejects.toMatchObject({
      code: 'InvalidParameter',
    });
    await expect(refused({ By: 'Colour' })).rejects.toMatchObject({ code: 'InvalidParameter' });
    await expect(refused({ Format: 'pdf' })).rejects.toMatchObject({
      code: 'InvalidParameterValue',
      message: expect.stringContaining('csv, xlsx'),
    });
    expect((await store.jobs.waiting()) === 0).toBe(true);
  });

  test('a workbook opens in a reader of workbooks and holds the same', async () => {
    const { JobId } = await exported(LIST, {
      Format: 'XLSX',
      ExportField: ['Id', 'ImageTag', 'IsLatestImage', 'VulCnt'],
    });

    const answer = await download(JobId);
    const bytes = Buffer.from(await answer.arrayBuffer());

    expect(answer.headers.get('content-type')).toBe(
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    );
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="RegistryImage-\d{14}-\d+\.xlsx"$/,
    );
    expect(await readSheet(bytes)).toEqual([
      ['Id', 'ImageTag', 'IsLatestImage', 'VulCnt'],
      ...(await everyImage()).map((image) => [
        image.Id,
        image.ImageTag,
        image.IsLatestImage,
        image.Id === scanned.id ? 3 : image.CveStatus === 'SCANNED' ? 0 : null,
      ]),
    ]);
  });

  test('CreateImageExportJob writes one page of them', async () => {
    const tags = async (parameters: object) => {
      const { JobId, DownloadUrl } = await exported('CreateImageExportJob', {
        ExportField: ['ImageTag'],
        ...parameters,
      });
      expect(DownloadUrl).toContain(`/exports/${JobId}/`);
      return (await rowsOf(JobId)).map((row) => row.ImageTag);
    };

    expect(await tags({})).toHaveLength(10);
    expect(await tags({ Limit: 100, By: 'VulCount', Order: 'desc' })).toHaveLength(IMAGES + 1);
    expect(await tags({ Filters: [{ Name: 'ImageID', Values: [scanned.imageId] }] })).toEqual([scanned.tag]);
    await expect(api.sdk.CreateImageExportJob({ Limit: 101 })).rejects.toMatchObject({ code: 'InvalidParameterValue' });
  });
});

describe('vulnerabilities', () => {
  const VULNERABILITIES = 'DescribeAssetImageRegistryVulListExport';

  test('the file holds what the list shows, worst first, and no text of an advisory is a formula', async () => {
    const { JobId } = await exported(VULNERABILITIES, { Id: scanned.id });

    const rows = await rowsOf(JobId);
    const { List = [] } = await api.sdk.DescribeAssetImageRegistryVulList({ Id: scanned.id, Limit: 100 });
    expect(rows.map((row) => row.CVEID)).toEqual(List.map((each) => each.CVEID));
    for (const [i, each] of List.entries()) {
      expect(rows[i]).toMatchObject({
        POCID: each.POCID,
        Level: each.Level,
        Des: each.Des,
        CategoryType: each.CategoryType,
        OfficialSolution: each.OfficialSolution,
        CvssScore: each.CvssScore,
        CvssVector: each.CvssVector,
        FixedVersions: each.FixedVersions,
        SubmitTime: each.SubmitTime,
        Tag: each.Tag?.join('; '),
      });
    }
    expect(rows[0]).toMatchObject({
      Name: `'=HYPERLINK("http://evil.example")`,
      Des: 'two\nlines, "quotes", 漢字',
      Reference: 'https://example.org/1 https://example.org/2?a,b',
      Components: 'libssl3 3.0.11-1~deb12u2 (fixed in 3.0.13-1~deb12u1)',
      AttackLevel: '3',
    });
    expect(rows[1]).toMatchObject({
      CVEID: 'CVE-2024-0002',
      Components: 'lodash 4.17.11',
      CvssScore: '',
      AttackLevel: '',
    });
  });

  test('the spellings of the example are other names of the same columns', async () => {
    const ExportField =
      'CVEId,POCId,Name,Components,Category,CategoryType,Level,Des,OfficialSolution,Reference,DefenseSolution,SubmitTime,CVSS_Score,CVSS_Desc'.split(
        ',',
      );
    const { JobId } = await exported(VULNERABILITIES, {
      ExportField,
      ImageInfo: { InstanceName: 'harbor', Namespace: 'team', ImageName: 'app', ImageTag: scanned.tag },
    });

    expect(await headerOf(JobId)).toEqual(ExportField);
    expect((await rowsOf(JobId))[0]).toMatchObject({
      CVEId: 'CVE-2024-0001',
      POCId: expect.stringMatching(/^pcmgr-\d+$/),
      CVSS_Score: '9.8',
      CVSS_Desc: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    });
  });

  test('filters and pages choose the rows; none is a file with a header', async () => {
    const ids = async (parameters: object) => {
      const { JobId } = await exported(VULNERABILITIES, { Id: scanned.id, ExportField: ['CVEID'], ...parameters });
      return (await rowsOf(JobId)).map((row) => row.CVEID);
    };

    expect(await ids({ Filters: [{ Name: 'Level', Values: ['1', '2'] }] })).toEqual(['CVE-2024-0002', 'CVE-2024-0003']);
    expect(await ids({ Limit: 1, Offset: 1 })).toEqual(['CVE-2024-0002']);
    expect(await ids({ Filters: [{ Name: 'Name', Values: ['nothing'] }] })).toEqual([]);
  });

  test('CreateVulExportJob takes an image id, needs columns, and knows the filters of components', async () => {
    const ids = async (parameters: object) => {
      const { JobId } = await exported('CreateVulExportJob', {
        ImageID: scanned.imageId,
        ExportField: ['CVEID'],
        ...parameters,
      });
      return (await rowsOf(JobId)).map((row) => row.CVEID);
    };
    const filter = (Name: string, ...Values: string[]) => ({ Filters: [{ Name, Values }] });

    expect(await ids({})).toHaveLength(3);
    expect(await ids(filter('ComponentName', 'lodash'))).toEqual(['CVE-2024-0002']);
    expect(await ids(filter('ComponentVersion', '4.17'))).toEqual(['CVE-2024-0002']);
    expect(await ids(filter('ComponentType', 'NPM'))).toEqual(['CVE-2024-0002']);
    expect(await ids(filter('ComponentType', 'SYSTEM_COMPONENT'))).toEqual(['CVE-2024-0001', 'CVE-2024-0003']);
    expect(await ids(filter('VulLevel', '4'))).toEqual(['CVE-2024-0001']);
    expect(await ids(filter('HasVul', 'true'))).toHaveLength(3);
    expect(await ids(filter('HasVul', 'false'))).toEqual([]);
    expect(await ids({ ExportField: [], Limit: 1, By: 'VulCount', Order: 'desc' })).toHaveLength(1);
    const refused = (parameters: object) => api.sdk.request('CreateVulExportJob', parameters);
    await expect(refused({ ImageID: scanned.imageId })).rejects.toMatchObject({ code: 'MissingParameter' });
    await expect(refused({ ImageID: 'sha256:none', ExportField: [] })).rejects.toMatchObject({
      code: 'ResourceNotFound',
    });
    await expect(refused({ ImageID: scanned.imageId, ExportField: [], Limit: 10_001 })).rejects.toMatchObject({
      code: 'InvalidParameterValue',
    });
  });

  test('an image is needed, and must be there', async () => {
    const refused = (parameters: object) => api.sdk.request(VULNERABILITIES, parameters);

    await expect(refused({})).rejects.toMatchObject({ code: 'MissingParameter' });
    await expect(refused({ Id: 999_999 })).rejects.toMatchObject({ code: 'ResourceNotFound' });
  });
});

describe('components', () => {
  const components = async (parameters: object = {}) => {
    const { JobId } = await exported('CreateComponentExportJob', { ImageID: scanned.imageId, ...parameters });
    return rowsOf(JobId);
  };
  const names = async (parameters: object) => (await components(parameters)).map((row) => row.Name);
  const filter = (Name: string, ...Values: string[]) => ({ Filters: [{ Name, Values }] });

  test('each package has its version, place and vulnerabilities', async () => {
    expect(await components({ By: 'Name', Order: 'asc' })).toEqual(
      [
        { Name: 'base-files', Version: '12.4', Type: 'SYSTEM_COMPONENT', Path: 'var/lib/dpkg/status', VulCount: '0' },
        {
          Name: 'libssl3',
          Version: '3.0.11-1~deb12u2',
          Type: 'SYSTEM_COMPONENT',
          Path: 'var/lib/dpkg/status',
          VulCount: '2',
        },
        { Name: 'lodash', Version: '4.17.11', Type: 'NPM', Path: 'app/package.json', VulCount: '1' },
      ].map((row) => ({ ...row, ImageID: scanned.imageId })),
    );
  });

  test('filters, order and page', async () => {
    expect(await names(filter('ComponentName', 'LIB', 'lod'))).toEqual(['libssl3', 'lodash']);
    expect(await names({ Filters: [{ Name: 'ComponentName', Values: ['lod'], ExactMatch: true }] })).toEqual([]);
    expect(await names(filter('ComponentVersion', '12.4'))).toEqual(['base-files']);
    expect(await names(filter('ComponentType', 'npm'))).toEqual(['lodash']);
    expect(await names(filter('VulLevel', '4'))).toEqual(['libssl3']);
    expect(await names(filter('HasVul', 'true'))).toEqual(['libssl3', 'lodash']);
    expect(await names(filter('HasVul', 'false'))).toEqual(['base-files']);
    expect(await names(filter('HasVul', 'ALL'))).toHaveLength(3);
    expect(await names({ By: 'VulCount', Order: 'desc', Limit: 2 })).toEqual(['libssl3', 'lodash']);
    expect(await names({ Offset: 2 })).toEqual(['base-files']);
    const list = await api.sdk.DescribeImageComponentList({ ImageID: scanned.imageId });
    expect(await names({})).toEqual(list.List?.map((component) => component.Name));
    expect(
      await names({ Filters: [...filter('ComponentName', 'l').Filters, ...filter('ComponentName', 'dash').Filters] }),
    ).toEqual(['lodash']);
  });
});

describe('malware and risks', () => {
  const rowsOfExport = async (action: string, parameters: object) => rowsOf((await exported(action, parameters)).JobId);

  test('malware comes worst first, under the spellings of the example, too', async () => {
    const action = 'DescribeAssetImageRegistryVirusListExport';

    expect(await rowsOfExport(action, { Id: infected.id })).toMatchObject([
      { Path: 'tmp/eicar.com', FileName: 'eicar.com', RiskLevel: '4', VirusName: 'EICAR', FileSize: '68', FileMd5: '' },
      { Path: 'usr/bin/miner', RiskLevel: '3', VirusName: "'-Win.Miner", Tags: 'miner; network', FileSize: '0' },
    ]);
    const ExportField = ['Path', 'RiskLevel', 'Category', 'VirusName', 'Tags'];
    expect(
      await rowsOfExport(action, { Id: infected.id, ExportField, Filters: [{ Name: 'RiskLevel', Values: ['4'] }] }),
    ).toEqual([{ Path: 'tmp/eicar.com', RiskLevel: '4', Category: 'Test', VirusName: 'EICAR', Tags: '' }]);
  });

  test('risks have codes and levels of their own; the columns of the example stand for what comes closest', async () => {
    const action = 'DescribeAssetImageRegistryRiskListExport';
    const row = { Behavior: '3', Type: '2', Level: '3', Desc: risk.description, InstructionContent: risk.instruction };

    expect(await rowsOfExport(action, { Id: infected.id })).toEqual([row]);
    const ExportField = ['Path', 'RiskLevel', 'Category', 'VirusName', 'Tags'];
    expect(await rowsOfExport(action, { Id: infected.id, ExportField })).toEqual([
      { Path: risk.instruction, RiskLevel: '3', Category: '3', VirusName: risk.description, Tags: '2' },
    ]);
  });

  test('what was looked for and not found is a file with a header alone', async () => {
    for (const action of [
      'DescribeAssetImageRegistryVulListExport',
      'DescribeAssetImageRegistryVirusListExport',
      'DescribeAssetImageRegistryRiskListExport',
    ]) {
      expect(await rowsOfExport(action, { Id: clean.id })).toEqual([]);
    }
  });
});

describe('what nobody knows', () => {
  const message = async (action: string, parameters: object, language: 'en-US' | 'zh-CN' = 'en-US') => {
    const { JobId } = await exported(action, parameters);
    const sdk = new tcss.v20201101.Client({
      credential: api.key,
      region: '',
      profile: { language, httpProfile: { protocol: 'http://', endpoint: new URL(api.url).host } },
    });
    const { ExportStatus, DownloadURL, FailureMsg } = await sdk.DescribeExportJobResult({ JobId });
    expect([ExportStatus, DownloadURL]).toEqual(['FAILURE', '']);
    return FailureMsg;
  };

  test('is not exported as an empty file: the export fails, and says why in the language of who asks', async () => {
    const image = { Id: unscanned.id };
    const ImageID = unscanned.imageId;

    expect(await message('DescribeAssetImageRegistryVulListExport', image)).toMatch(/not known.*NOT_SCAN/);
    expect(await message('DescribeAssetImageRegistryVirusListExport', image)).toMatch(/not known.*malware/);
    expect(await message('DescribeAssetImageRegistryRiskListExport', image)).toMatch(/not known.*risk/);
    expect(await message('CreateComponentExportJob', { ImageID })).toMatch(/not known/);
    expect(await message('DescribeAssetImageRegistryVulListExport', image, 'zh-CN')).toContain('情况未知');
  });

  test('a link to it tells the same to whoever follows it', async () => {
    const { DownloadUrl } = await exported('DescribeAssetImageRegistryVulListExport', { Id: unscanned.id });

    const answer = await fetch(DownloadUrl);

    expect(answer.status).toBe(410);
    expect(await answer.text()).toMatch(/^There is no file: What this image holds is not known/);
  });
});

describe('jobs and links', () => {
  const LIST = 'DescribeAssetImageRegistryListExport';

  test('a file that is being written says how far it is, and its link that one should wait', async () => {
    const { JobId = '', DownloadUrl = '' } = await api.sdk.DescribeAssetImageRegistryListExport({});
    const begun = await store.exports.begin(Number(JobId));
    await store.exports.addChunk(Number(JobId), begun?.attempt ?? 0, 0, Buffer.from('x'), 40);

    expect(await api.sdk.DescribeExportJobResult({ JobId })).toMatchObject({
      ExportStatus: 'RUNNING',
      ExportProgress: 40,
      DownloadURL: '',
      FailureMsg: '',
    });
    expect((await api.sdk.DescribeExportJobDownloadURL({ JobID: JobId })).DownloadURL).toBe('');
    const early = await fetch(DownloadUrl);
    expect([early.status, early.headers.get('retry-after')]).toEqual([409, '2']);
    expect(await early.text()).toContain('40 %');
    await work();

    expect(await api.sdk.DescribeExportJobResult({ JobId })).toMatchObject({
      ExportStatus: 'SUCCESS',
      ExportProgress: 100,
      DownloadURL: DownloadUrl,
    });
    const answer = await fetch(DownloadUrl);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect((await answer.text()).length).toBeGreaterThan(1000);
  });

  test('a link is absolute, needs no API key, and gives the same file again', async () => {
    const { JobId, DownloadUrl } = await exported(LIST, {});

    const files = await Promise.all([0, 1, 2].map(async () => (await fetch(DownloadUrl)).text()));

    expect(DownloadUrl).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/exports\/\d+\/RegistryImage-\d{14}-\d+\.csv\?expires=\d+&sig/,
    );
    expect(new URL(DownloadUrl).origin).toBe(api.url);
    expect(new Set(files).size).toBe(1);
    const head = await fetch(DownloadUrl, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String((await store.exports.get(Number(JobId)))?.bytes));
  });

  test('a link that was altered in any part is refused, and tells nothing about which exports there are', async () => {
    const { JobId, DownloadUrl } = await exported(LIST, {});
    const altered = (change: (url: URL) => void) => {
      const url = new URL(DownloadUrl);
      change(url);
      return url;
    };
    const signature = new URL(DownloadUrl).searchParams.get('signature') ?? '';
    const forgeries = [
      altered((url) => url.searchParams.set('expires', String(Date.now()))),
      altered((url) =>
        url.searchParams.set(
          'signature',
          signature.replace(/.$/, (c) => (c === '0' ? '1' : '0')),
        ),
      ),
      altered((url) => url.searchParams.set('signature', signature.toUpperCase().replace(/^/, 'A'))),
      altered((url) => url.searchParams.set('signature', `${signature}00`)),
      altered((url) => url.searchParams.append('signature', signature)),
      altered((url) => url.searchParams.delete('signature')),
      altered((url) => url.searchParams.delete('expires')),
      altered((url) => {
        url.pathname = url.pathname.replace(`/${JobId}/`, '/999999/');
      }),
      altered((url) => {
        url.pathname = url.pathname.replace(`/${JobId}/`, `/0${JobId}/`);
      }),
      altered((url) => {
        url.pathname = url.pathname.replace(`/${JobId}/`, '/..%2f1/');
      }),
    ];

    const answers = await Promise.all(forgeries.map(async (url) => (await fetch(url)).text().then(String)));
    const statuses = await Promise.all(forgeries.map(async (url) => (await fetch(url)).status));

    expect(new Set(statuses)).toEqual(new Set([403]));
    expect(new Set(answers)).toEqual(
      new Set(['This link is not valid. Ask DescribeExportJobDownloadURL for a new one.\n']),
    );
  });

  test('after an hour the link has expired, and the answers say so', async () => {
    const { JobId, DownloadUrl } = await exported(LIST, {});
    const sdk = api.sdk;
    const { DownloadURL: before } = await sdk.DescribeExportJobResult({ JobId });

    clock.now = new Date(Date.now() + HOUR_MS);
    const late = await fetch(DownloadUrl);

    expect(before).toBe(DownloadUrl);
    expect([late.status, await late.text()]).toEqual([
      410,
      'This link has expired: files are kept for an hour. Start the export again.\n',
    ]);
    // Whoever signs lives an hour later, too.
    vi.setSystemTime(clock.now);
    expect(await sdk.DescribeExportJobResult({ JobId })).toMatchObject({
      ExportStatus: 'SUCCESS',
      DownloadURL: '',
      FailureMsg: expect.stringContaining('expired'),
    });
    await expect(sdk.DescribeExportJobDownloadURL({ JobID: JobId })).rejects.toMatchObject({
      code: 'InvalidParameter',
      message: expect.stringContaining('expired'),
    });
  });

  test('an export that is no longer remembered has no file behind its link', async () => {
    const { JobId, DownloadUrl } = await exported(LIST, {});
    clock.now = new Date(Date.now() + 9 * 24 * HOUR_MS);
    await store.exports.expire();
    clock.now = new Date();

    const answer = await fetch(DownloadUrl);

    expect([answer.status, await answer.text()]).toEqual([404, 'This export is not here any more. Start it again.\n']);
    await expect(api.sdk.DescribeExportJobResult({ JobId })).rejects.toMatchObject({ code: 'InvalidParameter' });
  });

  test.each(['', '0', '-1', '1.5', 'abc', '99999999999999999999', '1; drop table exports'])(
    'there is no job %j',
    async (JobId) => {
      const refusal = { code: 'InvalidParameter', message: expect.stringContaining('JobId') };
      await expect(api.sdk.DescribeExportJobResult({ JobId })).rejects.toMatchObject(refusal);
      await expect(api.sdk.DescribeExportJobDownloadURL({ JobID: JobId })).rejects.toMatchObject(refusal);
    },
  );

  test('the list of jobs: newest first, by state and source, pages that add up', async () => {
    await exported(LIST, {});
    await exported('DescribeAssetImageRegistryVulListExport', { Id: unscanned.id });
    await api.sdk.DescribeAssetImageRegistryListExport({});
    const list = (parameters: object) => api.sdk.DescribeExportJobManageList({ Limit: 100, ...parameters });
    const filter = (Name: string, ...Values: string[]) => ({ Filters: [{ Name, Values }] });

    const { TotalCount = 0, List = [] } = await list({});

    expect(List).toHaveLength(TotalCount);
    expect(List.slice(0, 3).map((job) => job.ExportStatus)).toEqual(['RUNNING', 'FAILURE', 'SUCCESS']);
    expect(List[0]).toMatchObject({
      JobID: expect.stringMatching(/^\d+$/),
      JobName: expect.stringMatching(/^RegistryImage-\d{14}-\d+$/),
      Source: 'RegistryImage',
      ExportProgress: 0,
      FailureMsg: '',
    });
    const toTime = (text = '') => Date.parse(`${text.replace(' ', 'T')}Z`);
    expect(toTime(List[0]?.Timeout) - toTime(List[0]?.InsertTime)).toBe(HOUR_MS);
    expect(List[1]?.FailureMsg).toContain('not known');
    const ids = List.map((job) => job.JobID);
    expect((await list({ By: 'InsertTime', Order: 'asc' })).List?.map((job) => job.JobID)).toEqual(ids.toReversed());
    expect((await list({ Offset: 1, Limit: 2 })).List?.map((job) => job.JobID)).toEqual(ids.slice(1, 3));
    expect(await list({ Limit: 0 })).toMatchObject({ TotalCount, List: [] });
    const byState = await Promise.all(
      ['RUNNING', 'SUCCESS', 'FAILURE'].map((state) => list(filter('ExportStatus', state))),
    );
    expect(byState.reduce((sum, each) => sum + (each.TotalCount ?? 0), 0)).toBe(TotalCount);
    expect((await list(filter('ExportSource', 'RegistryImage'))).TotalCount).toBe(TotalCount);
    expect(await list(filter('ExportSource', 'LocalImage'))).toMatchObject({ TotalCount: 0, List: [] });
    await expect(list(filter('Colour', 'red'))).rejects.toMatchObject({ code: 'InvalidParameter' });
    await expect(list({ By: 'Colour' })).rejects.toMatchObject({ code: 'InvalidParameter' });
    await work();
  });

  test('too many at once are refused until some have ended', async () => {
    const { JobId } = await api.sdk.DescribeAssetImageRegistryListExport({ ExportField: ['Id'] });
    const first = await store.exports.get(Number(JobId));
    if (!first) throw new Error('there is no export');
    while (await store.exports.create(first));

    await expect(api.sdk.DescribeAssetImageRegistryListExport({})).rejects.toMatchObject({ code: 'LimitExceeded' });
    await work();

    await expect(api.sdk.DescribeAssetImageRegistryListExport({})).resolves.toHaveProperty('JobId');
    await work();
  });

  test('a reader key may export what it may see', async () => {
    const reader = sdkFor(api.url, await api.createKey('reader'));

    const { JobId } = await exported(LIST, {}, reader);

    expect((await reader.DescribeExportJobResult({ JobId })).ExportStatus).toBe('SUCCESS');
  });
});

test('a whole server writes what is asked for by itself, and links lead to where its clients reach it', async () => {
  const plimsoll = await startTestPlimsoll({
    PLIMSOLL_PUBLIC_URL: 'https://plimsoll.example.com/',
    PLIMSOLL_ADVISORIES_URL: `file:///nowhere`,
    PLIMSOLL_KEV_URL: `file:///nowhere/kev.json`,
  });
  onTestFinished(() => plimsoll.stop());

  const { JobId = '' } = await plimsoll.sdk.DescribeAssetImageRegistryListExport({ ExportField: ['Id', 'ImageName'] });
  const { DownloadURL = '' } = await waitUntil(async () => {
    const now = await plimsoll.sdk.DescribeExportJobResult({ JobId });
    return now.ExportStatus === 'SUCCESS' && now;
  });

  const link = new URL(DownloadURL);
  expect(link.origin).toBe('https://plimsoll.example.com');
  const answer = await fetch(`${plimsoll.url}${link.pathname}${link.search}`);
  expect(await answer.text()).toBe('Id,ImageName\r\n');
});
