import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { databaseUrl } from '../../src/config/database-url.ts';
import { openStore } from '../../src/store/open-store.ts';
import { testVault } from '../support/open-test-store.ts';
import { parseCsv } from '../support/parse-csv.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { type ServerProcess, startServerProcess } from '../support/start-server-process.ts';
import { waitUntil } from '../support/wait-until.ts';

const IMAGES = 3_000;
const TAGS_PER_SAVE = 500;
const EXPORTS = 12;
const key = { secretId: 'AKIDkillexport', secretKey: randomBytes(16).toString('hex') };

let work: string;
let server: ServerProcess;

const start = () =>
  startServerProcess(join(work, 'data'), key, {
    PLIMSOLL_ADVISORIES_URL: `file://${work}/osv`,
    PLIMSOLL_KEV_URL: `file://${work}/kev.json`,
  });

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'plimsoll-kill-export-'));
  const dataDir = join(work, 'data');
  await mkdir(dataDir);
  const store = await openStore({
    url: databaseUrl({ dataDir, databaseUrl: undefined }),
    vault: testVault,
    now: () => new Date(),
  });
  const { id } = await store.registries.add(sampleRegistry('lab'));
  for (let at = 0; at < IMAGES; at += TAGS_PER_SAVE) {
    const tags = Array.from({ length: TAGS_PER_SAVE }, (_, i) => sampleTag(`v${at + i}`, [sampleImage(`v${at + i}`)]));
    await store.images.saveTags(id, `team/app${at}`, tags);
  }
  await store.close();
  server = await start();
});

afterEach(async () => {
  await server?.kill();
  await rm(work, { recursive: true, force: true });
});

const states = async () => {
  const { List = [] } = await server.sdk.DescribeExportJobManageList({ Limit: 100 });
  return List.map((job) => job.ExportStatus);
};

test('kill -9 in the middle of exports: each ends by itself with every row once', async () => {
  const jobs: string[] = [];
  for (let i = 0; i < EXPORTS; i++) {
    const { JobId = '' } = await server.sdk.DescribeAssetImageRegistryListExport({ By: 'Id', Order: 'asc' });
    jobs.push(JobId);
  }
  const atKill = await waitUntil(async () => {
    const now = await states();
    return now.includes('SUCCESS') && now;
  });
  expect(atKill).toContain('RUNNING');

  await server.kill();
  server = await start();

  const after = await waitUntil(async () => {
    const now = await states();
    return !now.includes('RUNNING') && now;
  });
  expect(new Set(after)).toEqual(new Set(['SUCCESS']));
  const files = new Set<string>();
  for (const JobID of jobs) {
    const { DownloadURL = '' } = await server.sdk.DescribeExportJobDownloadURL({ JobID });
    files.add(await (await fetch(DownloadURL)).text());
  }
  const [file = '', ...others] = files;
  expect(others).toEqual([]);
  const [header = [], ...rows] = parseCsv(file);
  const ids = rows.map((row) => Number(row[header.indexOf('Id')]));
  expect(ids).toEqual(Array.from({ length: IMAGES }, (_, i) => i + 1));
});
