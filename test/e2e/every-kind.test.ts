import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tcss } from 'tencentcloud-sdk-nodejs/tencentcloud/services/tcss/index.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import { dpkgStatus, osRelease } from '../../demo/package-files.ts';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { type SdkClient, startTestPlimsoll, type TestPlimsoll } from '../support/start-test-plimsoll.ts';
import { toServedRepository } from '../support/to-served-repository.ts';
import { waitUntil } from '../support/wait-until.ts';
import { writeAdvisoryZip } from '../support/write-zip.ts';

// Vulnerabilities, malware and risks of one image, as a client of the original sees them; each kind by itself when something
// that it needs is down.

/** In parts, so that this file is none. */
const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!', '$H+H*'].join('');
const password = randomBytes(12).toString('base64url');
const urlPassword = randomBytes(9).toString('base64url');
const privateKey = [
  '-----BEGIN OPENSSH PRIVATE ',
  `KEY-----\n${randomBytes(300).toString('base64')}\n-----END OPENSSH PRIVATE `,
  'KEY-----\n',
].join('');

const base = layer()
  .file('etc/os-release', osRelease('debian', '12', 'Debian GNU/Linux 12 (bookworm)'))
  .file('var/lib/dpkg/status', dpkgStatus([{ name: 'libssl3', version: '3.0.9-1', source: 'openssl' }]))
  .gzip();
const risky = buildImage({
  created: '2026-01-01T00:00:00Z',
  layers: [
    base,
    layer().file('root/.ssh/id_rsa', privateKey, { mode: 0o600 }).file('srv/upload/eicar.com', eicar).gzip(),
    layer().whiteout('root/.ssh/id_rsa').gzip(),
  ],
  config: { Env: [`API_PASSWORD=${password}`], ExposedPorts: { '22/tcp': {} } },
  history: [
    { created: '2026-01-01T00:00:00Z', created_by: '/bin/sh -c #(nop) ADD file:0123 in / ' },
    {
      created: '2026-01-01T00:00:01Z',
      created_by: `/bin/sh -c curl -k https://deploy:${urlPassword}@files.plimsoll-lab.net/setup.sh | sh`,
    },
    { created: '2026-01-01T00:00:02Z', created_by: '/bin/sh -c rm /root/.ssh/id_rsa' },
    { created: '2026-01-01T00:00:03Z', created_by: `ENV API_PASSWORD=${password}`, empty_layer: true },
  ],
});
const opensslAdvisory = {
  schema_version: '1.7.3',
  id: 'DEBIAN-CVE-2023-5363',
  upstream: ['CVE-2023-5363'],
  modified: '2023-11-01T00:00:00Z',
  affected: [
    {
      package: { ecosystem: 'Debian:12', name: 'openssl' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.11-1~deb12u2' }] }],
    },
  ],
};

let folder: string;
let advisories: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-kinds-'));
  await writeAdvisoryZip(join(folder, 'osv/Debian/all.zip'), [opensslAdvisory]);
  advisories = {
    PLIMSOLL_ADVISORIES_URL: `file://${join(folder, 'osv')}`,
    PLIMSOLL_KEV_URL: `file://${join(folder, 'no-kev.json')}`,
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Running {
  readonly registry: ServedRegistry;
  readonly plimsoll: TestPlimsoll;
  readonly sdk: SdkClient;
  readonly Id: number;
}

/** A server whose one image is listed and authorised. */
async function start(env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const registry = await serveRegistry({
    repositories: [toServedRepository('team/app', [{ tag: '1', image: risky }])],
  });
  const plimsoll = await startTestPlimsoll({ ...advisories, ...env });
  const { sdk } = plimsoll;
  await sdk.AddAssetImageRegistryRegistryDetail({
    Name: 'r',
    Username: 'reader',
    Password: 'secret-password',
    Url: registry.url,
    RegistryType: 'docker',
    NetType: 'public',
  });
  await sdk.SyncAssetImageRegistryAsset({ All: true });
  const Id = await waitUntil(async () => (await sdk.DescribeAssetImageRegistryList({})).List?.[0]?.Id);
  await sdk.ModifyImageAuthorized({
    AllLocalImages: false,
    AllRegistryImages: true,
    UpdatedLocalImageCnt: 0,
    UpdatedRegistryImageCnt: 100,
    ImageSourceType: 'ASSETIMAGE',
  });
  return { registry, plimsoll, sdk, Id };
}

const rowOf = async (sdk: SdkClient) => (await sdk.DescribeAssetImageRegistryList({})).List?.[0];

async function scan({ sdk, Id }: Running, ScanType: readonly string[]) {
  const { TaskID } = await sdk.CreateAssetImageRegistryScanTask({ Id: [Id], ScanType: [...ScanType] });
  await waitUntil(async () => {
    const { Status } = await sdk.DescribeAssetImageRegistryScanStatusOneKey({ TaskID });
    return Status !== 'SCANNING' && Status !== 'NOT_SCAN';
  });
  return rowOf(sdk);
}

const stop = async ({ plimsoll, registry }: Running) => {
  await plimsoll.stop();
  await registry.stop();
};

/** A port on which nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 1;
}

/** The same server, asked in another language. */
const inLanguage = ({ url, key }: TestPlimsoll, language: 'zh-CN' | 'en-US') =>
  new tcss.v20201101.Client({
    credential: key,
    region: '',
    profile: { language, httpProfile: { protocol: 'http://', endpoint: new URL(url).host, reqTimeout: 30 } },
  });

describe('everything is up', () => {
  let running: Running;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => stop(running));

  test('all three kinds are scanned, and the counts are those of the lists', async () => {
    const row = await scan(running, ['CVE', 'VIRUS', 'RISK']);

    expect(row).toMatchObject({
      ScanStatus: 'SCANNED',
      CveStatus: 'SCANNED',
      VirusStatus: 'SCANNED',
      RiskStatus: 'SCANNED',
      Progress: 100,
      ScanVulProgress: 100,
      ScanVirusProgress: 100,
      ScanRiskProgress: 100,
      ScanVulError: '',
      ScanVirusError: '',
      ScanRiskError: '',
      Reason: '',
      Solution: '',
      VulCnt: 1,
      VirusCnt: 1,
      RecommendedFix: true,
    });
    const { Id, sdk } = running;
    const risks = await sdk.DescribeAssetImageRegistryRiskInfoList({ Id, Limit: 100 });
    expect([row?.RiskCnt, row?.SensitiveInfoCnt, row?.SentiveInfoCnt]).toEqual(Array(3).fill(risks.TotalCount));
  });

  test('the malicious file is told with its hash and who found it', async () => {
    const { List = [] } = await running.sdk.DescribeAssetImageRegistryVirusList({ Id: running.Id });

    expect(List).toEqual([
      expect.objectContaining({
        Path: 'srv/upload/eicar.com',
        FileName: 'eicar.com',
        FileSize: eicar.length,
        FileMd5: '44d88612fea8a8f36de82e1278abb02f',
        VirusName: expect.stringMatching(/eicar/i),
        RiskLevel: expect.stringMatching(/^[1-4]$/),
        Tags: expect.arrayContaining([expect.stringMatching(/^yara-x \d/)]),
        Solution: expect.stringMatching(/\w/),
        FirstScanTime: expect.stringMatching(/^20\d\d-/),
      }),
    ]);
  });

  test('secrets are found in the environment, in the history and in a file that a later layer deletes; all masked', async () => {
    const { Id, sdk } = running;
    const { List = [] } = await sdk.DescribeAssetImageRegistryRiskInfoList({ Id, Limit: 100 });
    const secrets = List.filter(({ Behavior }) => Behavior === 3);

    // The one pair of codes that the original publishes: a password in an environment variable.
    expect(secrets).toContainEqual(expect.objectContaining({ Type: 2, Level: '3' }));
    expect(secrets).toContainEqual(
      expect.objectContaining({
        Type: 3,
        InstructionContent: expect.stringMatching(/^2026-01-01T00:00:01\S*\n.*files\.plimsoll-lab\.net/),
      }),
    );
    expect(secrets).toContainEqual(
      expect.objectContaining({ Type: 1, Desc: expect.stringMatching(/root\/\.ssh\/id_rsa.*later layer/) }),
    );
    const said = JSON.stringify(List);
    for (const secret of [password, urlPassword, privateKey.slice(60, 120)]) expect(said).not.toContain(secret);
  });

  test('risky settings are told by behaviour and place', async () => {
    const { Id, sdk } = running;
    const { List = [] } = await sdk.DescribeAssetImageRegistryRiskInfoList({ Id, Limit: 100 });

    expect(List).toContainEqual(expect.objectContaining({ Behavior: 1, Desc: expect.stringMatching(/root/) }));
    expect(List).toContainEqual(expect.objectContaining({ Behavior: 2, Desc: expect.stringMatching(/22/) }));
    expect(List).toContainEqual(
      expect.objectContaining({ Behavior: 5, InstructionContent: expect.stringMatching(/curl -k/) }),
    );
    const levels = List.map(({ Level }) => Number(Level));
    expect(levels).toEqual(levels.toSorted((a, b) => b - a));
  });
});

describe('the malware daemon is down', () => {
  let running: Running;
  beforeAll(async () => {
    running = await start({ PLIMSOLL_CLAMD: `tcp://127.0.0.1:${await deadPort()}` });
  });
  afterAll(() => stop(running));

  test('its kind alone fails, with a code, a reason and advice in both languages', async () => {
    const row = await scan(running, ['CVE', 'VIRUS', 'RISK']);

    expect(row).toMatchObject({
      ScanStatus: 'SCANNED',
      CveStatus: 'SCANNED',
      VirusStatus: 'SCAN_ERR',
      RiskStatus: 'SCANNED',
      ScanVulError: '',
      ScanVirusError: 'ConnFailed',
      ScanRiskError: '',
      Progress: 100,
      ScanVirusProgress: 100,
      VulCnt: 1,
      // What the other engine found is shown: a lower bound.
      VirusCnt: 1,
    });
    expect(row?.Reason).toMatch(/^Connection failure/);
    expect(row?.Solution).toMatch(/PLIMSOLL_CLAMD/);
    const chinese = await rowOf(inLanguage(running.plimsoll, 'zh-CN'));
    expect(chinese?.Reason).toMatch(/^连接失败/);
    expect(chinese?.Solution).toMatch(/clamd/);
  });
});

describe('the registry goes down after the first scan', () => {
  let running: Running;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => stop(running));

  test('what is known stays known; the kind that needs the layers fails with its cause', async () => {
    expect(await scan(running, ['CVE', 'RISK'])).toMatchObject({ CveStatus: 'SCANNED', VirusStatus: 'NOT_SCAN' });
    await running.registry.stop();

    expect(await scan(running, ['CVE', 'VIRUS'])).toMatchObject({
      ScanStatus: 'SCANNED',
      CveStatus: 'SCANNED',
      VirusStatus: 'SCAN_ERR',
      RiskStatus: 'SCANNED',
      ScanVirusError: 'ConnFailed',
      Progress: 100,
      VulCnt: 1,
      Reason: expect.stringMatching(/^Connection failure/),
      Solution: expect.stringMatching(/registry/),
    });
  });
});
