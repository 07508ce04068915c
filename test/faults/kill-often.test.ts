import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { seededRandom } from '../../bench/seeded-random.ts';
import { buildImage } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { startScanOfAll } from '../support/start-scan-of-all.ts';
import { type ServerProcess, startServerProcess } from '../support/start-server-process.ts';
import type { SdkClient } from '../support/start-test-plimsoll.ts';
import { toServedRepository } from '../support/to-served-repository.ts';
import { waitUntil } from '../support/wait-until.ts';
import { writeAdvisoryZip } from '../support/write-zip.ts';

// Six starts of a server: half a minute, and minutes on a busy machine.
vi.setConfig({ testTimeout: 600_000 });

const IMAGES = 16;
// PLIMSOLL_KILLS=20 makes a long run: docs/guides/scale-out.md.
const KILLS = Number(process.env.PLIMSOLL_KILLS ?? 2);
/** Beyond the start of the server. */
const LONGEST_LIFE_MS = 500;
const MiB = 1024 ** 2;
const key = { secretId: 'AKIDkilloften', secretKey: randomBytes(16).toString('hex') };
const eicar = 'X5O!P%@AP[4\\PZX54(P^)7CC)7}$' + 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*';

let work: string;
let registry: ServedRegistry;
let server: ServerProcess | undefined;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'plimsoll-kill-often-'));
  await mkdir(join(work, 'tmp'));
  const affected = ['minimist', 'lodash'].map((name) => ({
    package: { ecosystem: 'npm', name },
    ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '9.0.0' }] }],
  }));
  await writeAdvisoryZip(join(work, 'osv/npm/all.zip'), [
    { schema_version: '1.7.3', id: 'GHSA-1', modified: '2023-01-01T00:00:00Z', affected },
    { schema_version: '1.7.3', id: 'GHSA-2', modified: '2023-01-01T00:00:00Z', affected: affected.slice(1) },
  ]);
  const base = layer()
    .file('node_modules/lodash/package.json', '{"name":"lodash","version":"4.0.0"}')
    .file('data.bin', randomBytes(12 * MiB))
    .tar();
  const images = Array.from({ length: IMAGES }, (_, at) => ({
    tag: `v${at}`,
    image: buildImage({
      created: '2026-01-01T00:00:00Z',
      config: { User: at % 2 === 0 ? 'root' : 'app', Env: [`VERSION=${at}`] },
      layers: [
        ...(at % 3 === 0 ? [base] : []),
        layer()
          .file('node_modules/minimist/package.json', `{"name":"minimist","version":"0.0.${at}"}`)
          .file(
            'app/key.pem',
            `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEpAIBAAKCAQEA'.repeat(20)}\n-----END RSA PRIVATE KEY-----\n`,
          )
          .file('app/test.com', at % 4 === 0 ? eicar : 'harmless')
          .file('data.bin', randomBytes(12 * MiB))
          .tar(),
      ],
    }),
  }));
  registry = await serveRegistry({ repositories: [toServedRepository('team/app', images)] });
});
afterEach(() => server?.kill());
afterAll(async () => {
  await registry?.stop();
  await rm(work, { recursive: true, force: true });
});

async function start(dataDir: string): Promise<SdkClient> {
  server = await startServerProcess(join(work, dataDir), key, {
    TMPDIR: join(work, 'tmp'),
    PLIMSOLL_ADVISORIES_URL: `file://${join(work, 'osv')}`,
    PLIMSOLL_KEV_URL: `file://${join(work, 'kev.json')}`,
    PLIMSOLL_JOBS: '2',
  });
  return server.sdk;
}

/** Lists the registry and starts a scan of all kinds; returns the task. */
async function startScan(sdk: SdkClient): Promise<number> {
  const at = { Url: registry.url, RegistryType: 'docker', NetType: 'private' };
  const added = await sdk.AddAssetImageRegistryRegistryDetail({ Name: 'lab', Username: 'any', Password: 'any', ...at });
  await sdk.SyncAssetImageRegistryAsset({ RegistryIds: [added.RegistryId ?? 0] });
  await waitUntil(async () => (await sdk.DescribeAssetImageRegistryAssetStatus()).Status === 'success');
  return startScanOfAll(sdk, ['CVE', 'VIRUS', 'RISK']);
}

const isDone = async (sdk: SdkClient, TaskID: number) => {
  const { Status } = await sdk.DescribeAssetImageRegistryScanStatusOneKey({ TaskID });
  return Status !== 'SCANNING' && Status !== 'NOT_SCAN';
};

/** Everything that a scan says about every image, without what differs from one run to the next: ids and times. */
async function findings(sdk: SdkClient) {
  const { List = [] } = await sdk.DescribeAssetImageRegistryList({ Limit: 100 });
  const rows = List.toSorted((a, b) => String(a.ImageTag).localeCompare(String(b.ImageTag), 'en', { numeric: true }));
  return Promise.all(
    rows.map(async (row) => {
      const [vulnerabilities, malware, risks] = await Promise.all([
        sdk.DescribeAssetImageRegistryVulList({ Id: row.Id, Limit: 100 }),
        sdk.DescribeAssetImageRegistryVirusList({ Id: row.Id, Limit: 100 }),
        sdk.DescribeAssetImageRegistryRiskInfoList({ Id: row.Id, Limit: 100 }),
      ]);
      const { Id, ScanTime, ...counts } = row;
      return {
        ...counts,
        vulnerabilities: vulnerabilities.List?.map((each) => [each.CVEID, each.Name, each.Version]),
        malware: malware.List?.map((each) => [each.Path, each.VirusName, each.FileMd5]),
        risks: risks.List?.map((each) => [each.Behavior, each.Level, each.Desc, each.InstructionContent]),
      };
    }),
  );
}

test(`${KILLS} times kill -9 in a scan of a registry: the findings are those of a calm scan, and no temporary file is left`, async () => {
  const calm = await start('calm');
  const calmTask = await startScan(calm);
  await waitUntil(() => isDone(calm, calmTask));
  const expected = await findings(calm);
  await server?.kill();
  expect(expected).toHaveLength(IMAGES);
  expect(expected.every(({ vulnerabilities, risks }) => vulnerabilities?.length && risks?.length)).toBe(true);

  const random = seededRandom(20);
  let sdk = await start('killed');
  const task = await startScan(sdk);
  let killedAtWork = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    await new Promise((go) => setTimeout(go, random() * LONGEST_LIFE_MS));
    if (!(await isDone(sdk, task))) killedAtWork++;
    await server?.kill();
    sdk = await start('killed');
  }
  const last = sdk;
  await waitUntil(() => isDone(last, task));

  expect(await findings(last)).toEqual(expected);
  // Otherwise the images are too small for this machine, and the rest of the kills proved nothing.
  expect(killedAtWork).toBeGreaterThan(KILLS / 4);
  expect(await readdir(join(work, 'tmp'))).toEqual([]);
});
