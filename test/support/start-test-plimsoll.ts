import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { tcss } from 'tencentcloud-sdk-nodejs/tencentcloud/services/tcss/index.js';
import { loadConfig } from '../../src/config/load-config.ts';
import { startPlimsoll } from '../../src/main.ts';

export type SdkClient = InstanceType<typeof tcss.v20201101.Client>;

export interface TestPlimsoll {
  readonly url: string;
  readonly dataDir: string;
  /** The official SDK, pointed here. */
  readonly sdk: SdkClient;
  readonly key: { readonly secretId: string; readonly secretKey: string };
  stop(): Promise<void>;
}

export const sdkFor = (url: string, credential: { secretId: string; secretKey: string }): SdkClient =>
  new tcss.v20201101.Client({
    credential,
    region: '',
    profile: { httpProfile: { protocol: 'http://', endpoint: new URL(url).host, reqTimeout: 30 } },
  });

/** A whole server in this process on a temporary folder and a free port; `env` adds settings. */
export async function startTestPlimsoll(
  env: Readonly<Record<string, string>>,
  log: Logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' }),
): Promise<TestPlimsoll> {
  const dataDir = await mkdtemp(join(tmpdir(), 'plimsoll-server-'));
  const key = { secretId: `AKID${randomBytes(8).toString('hex')}`, secretKey: randomBytes(16).toString('hex') };
  const config = loadConfig({
    PLIMSOLL_DATA_DIR: dataDir,
    PLIMSOLL_LISTEN: '127.0.0.1:0',
    PLIMSOLL_SECRET_ID: key.secretId,
    PLIMSOLL_SECRET_KEY: key.secretKey,
    PLIMSOLL_LOG_LEVEL: 'silent',
    PLIMSOLL_RATE_LIMIT: '0',
    ...env,
  });
  const server = await startPlimsoll(config, log);
  return {
    url: server.url,
    dataDir,
    key,
    sdk: sdkFor(server.url, key),
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
