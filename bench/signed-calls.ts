import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Pool } from 'undici';
import { successEnvelope } from '../src/api/protocol/envelope.ts';
import { parseAuthorization } from '../src/api/protocol/parse-authorization.ts';
import { verifyTc3 } from '../src/api/protocol/verify-tc3.ts';
import { toImageRepoInfo } from '../src/api/to-image-repo-info.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { startPlimsoll } from '../src/main.ts';
import { signTc3 } from '../src/signing/sign-tc3.ts';
import { openStore } from '../src/store/open-store.ts';
import type { ImageQuery, Store } from '../src/store/store.ts';
import { createVault } from '../src/store/vault.ts';
import type { BenchResult } from './bench-result.ts';
import { seedImages } from './seed-images.ts';
import { median } from './statistics.ts';

const ROWS = 10_000;
const ROUNDS = 5;
const CALLS = 1_500;
const CALLERS = 8;
const TARGET_RATIO = 0.6;
const VERIFICATIONS = 20_000;
const CONTENT_TYPE = 'application/json';

const firstPage: ImageQuery = {
  conditions: [],
  latestOnly: false,
  runningOnly: false,
  sort: { key: 'createdAt', direction: 'desc' },
  offset: 0,
  limit: 10,
};

/**
 * Signed list calls a second against the same query and the same JSON behind bare node:http, which verifies nothing; the
 * same client drives both from this process, in turns. SQLite.
 */
export async function run(): Promise<readonly BenchResult[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'plimsoll-bench-'));
  const masterKey = randomBytes(32);
  const url = `file:${join(dataDir, 'plimsoll.db')}`;
  const vault = createVault(masterKey);
  await seedImages(url, vault, ROWS);
  const key = { secretId: 'AKIDbench', secretKey: randomBytes(16).toString('hex') };
  const server = await startPlimsoll(
    loadConfig({
      PLIMSOLL_DATA_DIR: dataDir,
      PLIMSOLL_LISTEN: '127.0.0.1:0',
      PLIMSOLL_SECRET_ID: key.secretId,
      PLIMSOLL_SECRET_KEY: key.secretKey,
      PLIMSOLL_MASTER_KEY: masterKey.toString('base64'),
      PLIMSOLL_ADVISORIES_URL: `file://${dataDir}`,
      PLIMSOLL_KEV_URL: `file://${join(dataDir, 'kev.json')}`,
      PLIMSOLL_RATE_LIMIT: '0',
    }),
    pino({ level: 'silent' }),
  );
  const store = await openStore({ url, vault, now: () => new Date() });
  const bare = await startBareServer(store);
  try {
    const rounds: { readonly signed: number; readonly bare: number }[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const signed = await callsPerSecond(server.url, key);
      const plain = await callsPerSecond(bare.url, key);
      // The first round warms up.
      if (round > 0) rounds.push({ signed, bare: plain });
    }
    const rate = (side: 'signed' | 'bare') => `${Math.round(median(rounds.map((each) => each[side])))} calls/s`;
    return [
      {
        name: 'signed list calls / the same behind bare node:http',
        ratio: median(rounds.map((each) => each.signed / each.bare)),
        target: TARGET_RATIO,
        better: 'higher',
        detail: `${ROWS} images, ${CALLERS} callers in the same process: signed ${rate('signed')}, bare ${rate('bare')}; verifying a signature costs ${verificationCost(key).toFixed(0)} µs`,
      },
    ];
  } finally {
    await bare.stop();
    await server.stop();
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function startBareServer(store: Store) {
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    const { rows, total } = await store.images.list(firstPage);
    const answer = { TotalCount: total, List: rows.map((image) => toImageRepoInfo(image, 'en-US')) };
    response.writeHead(200, { 'content-type': CONTENT_TYPE });
    response.end(successEnvelope(answer, 'bench'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Key {
  readonly secretId: string;
  readonly secretKey: string;
}

function signedHeaders({ secretId, secretKey }: Key, host: string, body: string) {
  const timestamp = Math.floor(Date.now() / 1000);
  return {
    'content-type': CONTENT_TYPE,
    'x-tc-action': 'DescribeAssetImageRegistryList',
    'x-tc-version': '2020-11-01',
    'x-tc-timestamp': String(timestamp),
    authorization: signTc3(
      { host, contentType: CONTENT_TYPE, body, service: 'tcss', timestamp },
      { secretId, secretKey },
    ),
  };
}

async function callsPerSecond(url: string, key: Key): Promise<number> {
  const pool = new Pool(url, { connections: CALLERS });
  const body = '{"Limit":10}';
  const headers = signedHeaders(key, new URL(url).host, body);
  const caller = async () => {
    for (let call = 0; call < CALLS / CALLERS; call++) {
      const answer = await pool.request({ method: 'POST', path: '/', headers, body });
      const text = await answer.body.text();
      if (!text.includes('"TotalCount":')) throw new Error(`not a list: ${text.slice(0, 200)}`);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const seconds = (performance.now() - start) / 1000;
  await pool.close();
  return CALLS / seconds;
}

/** Microseconds, with the day's signing key known. */
function verificationCost(key: Key): number {
  const body = '{"Limit":10}';
  const headers = { ...signedHeaders(key, '127.0.0.1:9460', body), host: '127.0.0.1:9460' };
  const authorization = parseAuthorization(headers.authorization);
  const request = { method: 'POST', query: '', headers, body: Buffer.from(body) };
  const keys = new Map<string, Buffer>();
  const verify = () => verifyTc3(request, authorization, key.secretKey, headers['x-tc-timestamp'], keys);
  if (!verify()) throw new Error('the signature is not valid');
  const start = performance.now();
  for (let at = 0; at < VERIFICATIONS; at++) verify();
  return ((performance.now() - start) * 1000) / VERIFICATIONS;
}
