import { randomBytes, randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { pino } from 'pino';
import { Registry as MetricsRegistry } from 'prom-client';
import { actions } from '../../src/api/actions/index.ts';
import type { ConnectionCheck } from '../../src/api/api-action.ts';
import { createExportLinks } from '../../src/api/export-links.ts';
import { createRateLimit } from '../../src/api/protocol/create-rate-limit.ts';
import { createDispatch, type Dispatch, type RawResponse } from '../../src/api/protocol/dispatch.ts';
import { eventSenders } from '../../src/events/senders/index.ts';
import { exportFormats } from '../../src/exports/formats/index.ts';
import { createHttpServer } from '../../src/http/create-http-server.ts';
import type { RegistrySettings } from '../../src/model/registry.ts';
import { registryTypes } from '../../src/registries/types/index.ts';
import type { KeyRole, Store } from '../../src/store/store.ts';
import { shapeFaults } from './shape-faults.ts';
import { type SdkClient, sdkFor } from './start-test-plimsoll.ts';

export interface ApiKeyPair {
  readonly secretId: string;
  readonly secretKey: string;
}

export interface TestApi {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly key: ApiKeyPair;
  /** The official SDK with the admin key. */
  readonly sdk: SdkClient;
  createKey(role: KeyRole): Promise<ApiKeyPair>;
  /** Throws when any answer of any action had not exactly the fields that the SDK declares. */
  stop(): Promise<void>;
}

export interface TestApiOptions {
  /** Clock of the API; the real one unless given. */
  readonly now?: () => Date;
  readonly rateLimit?: number;
  /** Result of every connection check; connected unless given. */
  readonly checkConnection?: (settings: RegistrySettings) => Promise<ConnectionCheck>;
}

/**
 * The API over real HTTP on a store of the test's own, with nothing that works in the background: scans stand still
 * until the test moves them. The whole server is `startTestPlimsoll`.
 */
export async function startTestApi(store: Store, options: TestApiOptions = {}): Promise<TestApi> {
  const now = options.now ?? (() => new Date());
  const createKey = async (role: KeyRole) => {
    const pair = { secretId: `AKID${randomBytes(8).toString('hex')}`, secretKey: randomBytes(16).toString('hex') };
    await store.keys.create({ name: role, role, ...pair });
    return pair;
  };
  const log = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
  const links = createExportLinks(randomBytes(32));
  const dispatch = createDispatch({
    actions,
    keys: store.keys,
    audit: store.audit,
    context: {
      store,
      now,
      exportLinks: links,
      registryTypes: registryTypes.map(({ name }) => name),
      checkConnection: options.checkConnection ?? (async () => ({ status: 'connected' })),
    },
    signingKeys: new LRUCache<string, Buffer>({ max: 100 }),
    limitRate: createRateLimit(options.rateLimit ?? 0),
    newRequestId: randomUUID,
    now,
    log,
  });
  const checkReady = () => store.ping();
  const downloads = { exports: store.exports, formats: exportFormats, links, now };
  const faults = new Set<string>();
  const watched: Dispatch = async (request) => {
    const answer = await dispatch(request);
    if (answer.code === 'ok') for (const fault of answerFaults(answer)) faults.add(fault);
    return answer;
  };
  const intake = { events: store.events, senders: eventSenders };
  const metrics = new MetricsRegistry();
  const server = createHttpServer({ dispatch: watched, checkReady, downloads, intake, metrics, log });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const key = await createKey('admin');
  return {
    url,
    key,
    sdk: sdkFor(url, key),
    createKey,
    stop: async () => {
      await server.close();
      if (faults.size > 0) throw new Error(`answers that are not as the SDK declares:\n${[...faults].join('\n')}`);
    },
  };
}

function answerFaults({ action, body }: RawResponse): readonly string[] {
  const { Response }: { readonly Response: unknown } = JSON.parse(body);
  return shapeFaults(Response, `${action}Response`);
}
