import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildImage } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import { dpkgStatus, nodeModules, osRelease } from '../../demo/package-files.ts';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { createExportLinks } from '../../src/api/export-links.ts';
import { databaseUrl } from '../../src/config/database-url.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { loadMasterKey } from '../../src/config/master-key.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { createVault } from '../../src/store/vault.ts';
import { runDueScan } from '../../src/tasks/start-timetable.ts';
import { parseCsv } from '../support/parse-csv.ts';
import { lodashAdvisory, opensslAdvisory } from '../support/sample-advisories.ts';
import { type SdkClient, startTestPlimsoll, type TestPlimsoll } from '../support/start-test-plimsoll.ts';
import { toServedRepository } from '../support/to-served-repository.ts';
import { waitUntil } from '../support/wait-until.ts';
import { writeAdvisoryZip } from '../support/write-zip.ts';

const DAY_MS = 86_400_000;
const account = { username: 'scanner', password: 'registry-password-1' };

const base = layer()
  .file('etc/os-release', osRelease('debian', '12', 'Debian GNU/Linux 12 (bookworm)'))
  .file('var/lib/dpkg/status', dpkgStatus([{ name: 'libssl3', version: '3.0.14-1', source: 'openssl' }]))
  .gzip();
function image(created: string, lodash: string) {
  const files = layer();
  for (const [path, text] of Object.entries(nodeModules('srv/web', { lodash }))) files.file(path, text);
  return buildImage({ created: `${created}T00:00:00Z`, layers: [base, files.gzip()] });
}

/** Everything, down to the least. */
const logged: string[] = [];
let folder: string;
let registry: ServedRegistry;
let plimsoll: TestPlimsoll;
let sdk: SdkClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-flow-'));
  await writeAdvisoryZip(join(folder, 'osv/Debian/all.zip'), [opensslAdvisory]);
  await writeAdvisoryZip(join(folder, 'osv/npm/all.zip'), [lodashAdvisory]);
  registry = await serveRegistry({
    auth: account,
    repositories: [
      toServedRepository('team/web', [
        { tag: 'old', image: image('2026-01-01', '4.17.11') },
        { tag: 'new', image: image('2026-02-01', '4.17.21') },
      ]),
      toServedRepository('tool', [{ tag: '1', image: image('2026-03-01', '4.17.10') }]),
    ],
  });
  const log = pino({ level: 'trace' }, { write: (line: string) => logged.push(line) });
  const settings = {
    PLIMSOLL_ADVISORIES_URL: `file://${join(folder, 'osv')}`,
    PLIMSOLL_KEV_URL: `file://${join(folder, 'no-kev.json')}`,
  };
  plimsoll = await startTestPlimsoll(settings, log);
  ({ sdk } = plimsoll);
});
afterAll(async () => {
  await plimsoll?.stop();
  await registry?.stop();
  await rm(folder, { recursive: true, force: true });
});

const rows = async () => (await sdk.DescribeAssetImageRegistryList({ Limit: 100, By: 'Id', Order: 'asc' })).List ?? [];
const rowOf = async (tag: string) => {
  const found = (await rows()).find(({ ImageTag }) => ImageTag === tag);
  if (!found) throw new Error(`no image ${tag}`);
  return { ...found, Id: found.Id ?? 0 };
};
const counts = async () => Object.fromEntries((await rows()).map((row) => [row.ImageTag, row.VulCnt]));

/** A second store on the server's database, for what a client cannot do: to be early, and to be late. */
async function withStore<T>(work: (store: Store, masterKey: Uint8Array) => Promise<T>): Promise<T> {
  const config = loadConfig({ PLIMSOLL_DATA_DIR: plimsoll.dataDir, PLIMSOLL_LISTEN: '127.0.0.1:0' });
  const masterKey = await loadMasterKey(config);
  const store = await openStore({ url: databaseUrl(config), vault: createVault(masterKey), now: () => new Date() });
  try {
    return await work(store, masterKey);
  } finally {
    await store.close();
  }
}

// One story: each test goes on where the one before it ended.

test('a registry whose name is free is connected, and asked for its scans', async () => {
  expect(await sdk.CheckRepeatAssetImageRegistry({ Name: 'lab' })).toMatchObject({ IsRepeat: false });

  const added = await sdk.AddAssetImageRegistryRegistryDetail({
    Name: 'lab',
    Username: account.username,
    Password: account.password,
    Url: registry.url,
    RegistryType: 'docker',
    NetType: 'private',
    NeedScan: true,
    // Incremental: with 0 only the newest image of each repository is scanned.
    SyncMode: 1,
  });

  expect(added).toMatchObject({ HealthCheckErr: '', NameRepeatErr: '', RegistryId: expect.any(Number) });
  expect(await sdk.CheckRepeatAssetImageRegistry({ Name: 'lab' })).toMatchObject({ IsRepeat: true });
  await waitUntil(async () => {
    const { List } = await sdk.DescribeAssetImageRegistryRegistryList({});
    return List?.[0]?.ConnDetectDetail?.[0]?.ConnDetectStatus === 'status_connected';
  });
});

test('it is synchronised by itself, and its images are authorised and scanned by themselves', async () => {
  await waitUntil(async () => (await sdk.DescribeAssetImageRegistryAssetStatus()).Status === 'success');
  await waitUntil(async () => (await rows()).every(({ ScanStatus }) => ScanStatus === 'SCANNED'));

  const all = await rows();

  expect(all.map(({ ImageTag, IsAuthorized }) => [ImageTag, IsAuthorized]).sort()).toEqual([
    ['1', 1],
    ['new', 1],
    ['old', 1],
  ]);
  expect(await counts()).toEqual({ '1': 1, new: 0, old: 1 });
  const { List } = await sdk.DescribeImageAutoAuthorizedTaskList({ StartTime: '2026-01-01', EndTime: '2099-01-01' });
  expect(List).toMatchObject([{ Type: 'AUTO', SuccessCount: 3, FailCount: 0 }]);
});

test('the timetable scans the newest of each repository again when its time has come', async () => {
  const before = await rowOf('old');
  const tomorrow = new Date(Date.now() + DAY_MS);
  await sdk.UpdateImageRegistryTimingScanTask({
    ScanPeriod: 1,
    Enable: true,
    ScanTime: tomorrow.toISOString().slice(11, 16),
    ScanType: ['CVE'],
    ScanScope: 0,
    Latest: true,
  });

  const TaskID = await withStore(async (store) => {
    await runDueScan(store, () => new Date(tomorrow.getTime() + 60_000), pino({ level: 'silent' }));
    const { rows: tasks } = await store.tasks.list({ offset: 0, limit: 100 });
    return tasks.find(({ createdBy }) => createdBy === 'timetable')?.id ?? 0;
  });
  const ended = await waitUntil(async () => {
    const state = await sdk.DescribeAssetImageRegistryScanStatusOneKey({ TaskID });
    return state.Status === 'SCANNED' && state;
  });

  expect(ended).toMatchObject({ ImageTotal: 2, SuccessCount: 2 });
  expect(ended.ImageStatus?.map(({ ImageTag }) => ImageTag).sort()).toEqual(['1', 'new']);
  expect(await sdk.DescribeImageRegistryTimingScanTask()).toMatchObject({ Enable: true, ScanResult: 'Success' });
  expect((await rowOf('old')).ScanTime).toBe(before.ScanTime);
});

test('list, detail and the lists of findings say the same of an image', async () => {
  const row = await rowOf('old');
  const { Id } = row;

  const { RequestId: _, LayerInfo, ...detail } = await sdk.DescribeAssetImageRegistryDetail({ Id });
  const found = await sdk.DescribeAssetImageRegistryVulList({ Id });

  expect(row).toMatchObject({
    VulCnt: 1,
    CriticalLevelVulCnt: expect.any(Number),
    CveStatus: 'SCANNED',
    ScanVulError: '',
  });
  expect(row).toMatchObject(detail);
  expect(LayerInfo).toEqual(expect.any(String));
  expect(found).toMatchObject({
    TotalCount: 1,
    List: [{ CVEID: 'CVE-2019-10744', Component: 'lodash', Version: '4.17.11' }],
  });
  expect([row.VirusStatus, row.RiskStatus]).toEqual(['SCANNED', 'SCANNED']);
  expect(await sdk.DescribeAssetImageRegistryVirusList({ Id })).toMatchObject({ TotalCount: row.VirusCnt, List: [] });
  const risks = await sdk.DescribeAssetImageRegistryRiskInfoList({ Id });
  expect(risks.TotalCount).toBe(row.RiskCnt);
  expect(risks.List?.map(({ Desc }) => Desc)).toContainEqual(expect.stringMatching(/root/));
});

test('an ignored vulnerability leaves the counts at once, and comes back at once', async () => {
  const { List: known = [] } = await sdk.DescribeWebVulList({});
  const List = [{ PocID: known[0]?.PocID ?? '' }];
  expect(known).toMatchObject([{ CVEID: 'CVE-2019-10744', RegistryImageCount: 2 }]);

  await sdk.AddIgnoreVul({ List });
  const without = await counts();
  await sdk.DeleteIgnoreVul({ List });

  expect(without).toEqual({ '1': 0, new: 0, old: 0 });
  expect(await counts()).toEqual({ '1': 1, new: 0, old: 1 });
});

test('an exported list is the list, by a link that can neither be forged nor used too late', async () => {
  const { JobId = '' } = await sdk.DescribeAssetImageRegistryListExport({
    ExportField: ['ImageName', 'ImageTag', 'ImageDigest', 'VulCnt'],
  });
  const link = await waitUntil(async () => {
    const { ExportStatus, DownloadURL } = await sdk.DescribeExportJobResult({ JobId });
    return ExportStatus === 'SUCCESS' && DownloadURL;
  });
  const late = await withStore(async (store, masterKey) => {
    const entry = await store.exports.get(Number(JobId));
    if (!entry) throw new Error('the export is not stored');
    return createExportLinks(masterKey).url(plimsoll.url, { ...entry, expiresAt: new Date(Date.now() - 1_000) });
  });
  const forged = new URL(link);
  forged.searchParams.set('signature', 'f'.repeat(64));
  const prolonged = new URL(link);
  prolonged.searchParams.set('expires', String(Number(prolonged.searchParams.get('expires')) + 1));

  const download = await fetch(link);

  expect(download.status).toBe(200);
  const [, ...records] = parseCsv(await download.text());
  const shown = (await rows()).map((row) => [row.ImageName, row.ImageTag, row.ImageDigest, String(row.VulCnt)]);
  expect(records.toSorted()).toEqual(shown.toSorted());
  for (const [url, status] of [
    [forged.href, 403],
    [prolonged.href, 403],
    [late, 410],
  ] as const) {
    const answer = await fetch(url);
    expect([url, answer.status]).toEqual([url, status]);
    expect(await answer.text()).not.toContain('sha256:');
  }
});

test('a removed registry takes its images along, and the password was never shown', async () => {
  const { List = [] } = await sdk.DescribeAssetImageRegistryRegistryList({});
  const RegistryId = List[0]?.RegistryId ?? 0;
  const detail = await sdk.DescribeAssetImageRegistryRegistryDetail({ RegistryId });

  await sdk.RemoveAssetImageRegistryRegistryDetail({ RegistryId });

  expect(JSON.stringify([List, detail])).not.toContain(account.password);
  expect(await rows()).toEqual([]);
  expect(await sdk.DescribeWebVulList({})).toMatchObject({ TotalCount: 0 });
  expect(await sdk.CheckRepeatAssetImageRegistry({ Name: 'lab' })).toMatchObject({ IsRepeat: false });
});

test('no secret is in any line of the log, and lines of jobs say whose they are', () => {
  const text = logged.join('');
  const secrets = [
    account.password,
    Buffer.from(`${account.username}:${account.password}`).toString('base64'),
    plimsoll.key.secretKey,
  ];

  expect(text).toContain('"msg":"synced"');
  for (const secret of secrets) expect(text).not.toContain(secret);
  for (const line of logged.filter((each) => each.includes('"msg":"synced"')))
    expect(JSON.parse(line)).toMatchObject({ job: expect.any(Number), kind: 'sync', registryId: expect.any(Number) });
});
