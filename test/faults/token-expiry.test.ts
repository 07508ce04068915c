import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { buildImage } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { startScanOfAll } from '../support/start-scan-of-all.ts';
import { type ScriptedServer, sendJson, startScriptedServer } from '../support/start-scripted-server.ts';
import { startTestPlimsoll, type TestPlimsoll } from '../support/start-test-plimsoll.ts';
import { toServedRepository } from '../support/to-served-repository.ts';
import { waitForScan } from '../support/wait-for-scan.ts';
import { waitUntil } from '../support/wait-until.ts';
import { writeAdvisoryZip } from '../support/write-zip.ts';

vi.setConfig({ testTimeout: 120_000 });

// PLIMSOLL_FAULT_IMAGES=200 and PLIMSOLL_TOKEN_SECONDS=60 make the long run.
const IMAGES = Number(process.env.PLIMSOLL_FAULT_IMAGES ?? 3);
const TOKEN_MS = Number(process.env.PLIMSOLL_TOKEN_SECONDS ?? 1.5) * 1_000;
/** How long every manifest takes, and every quarter of a blob. */
const SLOW_MS = TOKEN_MS / 2;
const BASIC = `Basic ${Buffer.from('user:right').toString('base64')}`;

let work: string;
let real: ServedRegistry;
let front: ScriptedServer;
let plimsoll: TestPlimsoll;
/** Of each token: until when it is good. */
let tokens: Map<string, number>;
/** Requests with a token that had expired. */
let late: number;
/** Blobs whose connection broke off in the middle. */
let broken: Set<string>;
let says: number;

beforeEach(async () => {
  [tokens, late, broken] = [new Map(), 0, new Set()];
  work = await mkdtemp(join(tmpdir(), 'plimsoll-tokens-'));
  const affected = [
    {
      package: { ecosystem: 'npm', name: 'minimist' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '9.0.0' }] }],
    },
  ];
  const record = { schema_version: '1.7.3', id: 'GHSA-1', modified: '2023-01-01T00:00:00Z', affected };
  await writeAdvisoryZip(join(work, 'osv/npm/all.zip'), [record]);
  real = await serveRegistry({ repositories: [toServedRepository('team/app', images())] });
  front = await startScriptedServer((request, response) => void answer(request, response));
  plimsoll = await startTestPlimsoll({
    PLIMSOLL_ADVISORIES_URL: `file://${join(work, 'osv')}`,
    PLIMSOLL_KEV_URL: `file://${join(work, 'kev.json')}`,
  });
});
afterEach(async () => {
  await plimsoll?.stop();
  await front?.stop();
  await real?.stop();
  await rm(work, { recursive: true, force: true });
});

const images = () =>
  Array.from({ length: IMAGES }, (_, at) => {
    const content = layer()
      .file('node_modules/minimist/package.json', `{"name":"minimist","version":"0.0.${at}"}`)
      .file('data.bin', randomBytes(200_000));
    return { tag: `v${at}`, image: buildImage({ layers: [content.gzip()] }) };
  });

/** A registry whose token server says one thing of its tokens and means another. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://front.invalid');
  if (url.pathname === '/token') return giveToken(request, response);
  const scope = url.pathname.includes('/_catalog') ? 'registry:catalog:*' : 'repository:team/app:pull';
  const until = tokens.get((request.headers.authorization ?? '').replace('Bearer ', ''));
  if (until === undefined || until < Date.now()) {
    if (until !== undefined) late++;
    const challenge = `Bearer realm="${front.url}/token",service="lab",scope="${scope}"${until ? ',error="invalid_token"' : ''}`;
    return void sendJson(response, 401, { errors: [{ code: 'UNAUTHORIZED' }] }, { 'www-authenticate': challenge });
  }
  const { authorization: _, host: __, ...headers } = request.headers as Record<string, string>;
  const upstream = await fetch(`${real.url}${request.url}`, { method: request.method ?? 'GET', headers });
  const body = Buffer.from(await upstream.arrayBuffer());
  if (url.pathname.includes('/manifests/')) await delay(SLOW_MS);
  const passed = Object.fromEntries([...upstream.headers].filter(([name]) => name !== 'transfer-encoding'));
  if (request.method === 'HEAD' || !url.pathname.includes('/blobs/') || upstream.status !== 200)
    return void response.writeHead(upstream.status, passed).end(body);
  return sendSlowly(url.pathname, response, body, passed);
}

function giveToken(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.authorization !== BASIC) return void sendJson(response, 401, { errors: [] });
  const token = randomUUID();
  tokens.set(token, Date.now() + TOKEN_MS);
  sendJson(response, 200, { token, expires_in: says });
}

/** Large blobs in quarters; each breaks off once in the middle, when the token that opened it has expired. */
async function sendSlowly(
  path: string,
  response: ServerResponse,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
) {
  response.writeHead(200, headers);
  const isLarge = body.byteLength > 10_000;
  const breaksOff = isLarge && !broken.has(path);
  const quarter = Math.ceil(body.byteLength / 4);
  for (let at = 0; at < body.byteLength; at += quarter) {
    if (isLarge) await delay(SLOW_MS);
    if (breaksOff && at === 3 * quarter) {
      broken.add(path);
      return void response.destroy();
    }
    response.write(body.subarray(at, at + quarter));
  }
  response.end();
}

test.each([
  ['tokens that expire as they say', TOKEN_MS / 1_000],
  ['tokens that expire long before they say', 3_600],
])('%s, in the middle of a sync and of a slow blob: all is listed and scanned, with new tokens', async (_, seconds) => {
  says = seconds;
  const { sdk } = plimsoll;
  const account = { Username: 'user', Password: 'right', RegistryType: 'docker', NetType: 'private' };
  const { RegistryId = 0 } = await sdk.AddAssetImageRegistryRegistryDetail({ ...account, Name: 'lab', Url: front.url });
  await sdk.SyncAssetImageRegistryAsset({ RegistryIds: [RegistryId] });
  await waitUntil(async () => {
    const { Status } = await sdk.DescribeAssetImageRegistryAssetStatus();
    return Status !== 'doing';
  });
  const { List: [listed] = [] } = await sdk.DescribeAssetImageRegistryRegistryList({});
  expect(listed).toMatchObject({ SyncStatus: 'success', SyncMessage: '' });
  const forSync = tokens.size;
  const end = await waitForScan(sdk, await startScanOfAll(sdk));

  const { List = [] } = await sdk.DescribeAssetImageRegistryList({ Limit: 100 });
  expect(List.map(({ ScanVulError, VulCnt }) => [ScanVulError, VulCnt])).toEqual(List.map(() => ['', 1]));
  expect(end).toMatchObject({ ImageTotal: IMAGES, SuccessCount: IMAGES });
  // Otherwise nothing has expired in the middle of anything.
  expect(forSync).toBeGreaterThan(2);
  expect(tokens.size).toBeGreaterThan(forSync + 1);
  expect(broken.size).toBe(IMAGES);
  if (seconds > TOKEN_MS / 1_000) expect(late).toBeGreaterThan(0);
  // Nobody asks for a token before each request.
  expect(tokens.size).toBeLessThan(front.requests.filter(({ url }) => !url.startsWith('/token')).length);
});
