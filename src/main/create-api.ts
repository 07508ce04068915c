import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Registry } from 'prom-client';
import { actions } from '../api/actions/index.ts';
import { createExportLinks } from '../api/export-links.ts';
import { createRateLimit } from '../api/protocol/create-rate-limit.ts';
import { createSharedRateLimit } from '../api/protocol/create-shared-rate-limit.ts';
import { createDispatch } from '../api/protocol/dispatch.ts';
import { reportRunningContainers } from '../api/report-running-containers.ts';
import { networkPolicy } from '../config/network-policy.ts';
import { eventSenders } from '../events/senders/index.ts';
import { exportFormats } from '../exports/formats/index.ts';
import { createHttpServer } from '../http/create-http-server.ts';
import { connect } from '../inventory/create-connections.ts';
import type { RegistrySettings } from '../model/registry.ts';
import { probeConnection } from '../registries/probe-connection.ts';
import type { NetworkPolicy } from '../registries/registry-client.ts';
import { registryTypes } from '../registries/types/index.ts';
import type { Installation } from './open-installation.ts';

const CONNECTION_CHECK_MS = 20_000;
const SIGNING_KEYS_KEPT = 1_000;

/** The API and what else is asked over HTTP; it meets the work in the store. */
export function createApi(
  { config, store, masterKey, now, log }: Installation,
  metrics: Registry,
  checkReady: () => Promise<void>,
) {
  const exportLinks = createExportLinks(masterKey);
  const network = networkPolicy(config);
  const dispatch = createDispatch({
    actions: [...actions, reportRunningContainers],
    keys: store.keys,
    audit: store.audit,
    context: {
      store,
      now,
      exportLinks,
      registryTypes: registryTypes.map(({ name }) => name),
      checkConnection: (settings) => checkRegistry(settings, network),
    },
    publicUrl: config.publicUrl,
    signingKeys: new LRUCache<string, Buffer>({ max: SIGNING_KEYS_KEPT }),
    limitRate:
      config.databaseUrl === undefined
        ? createRateLimit(config.rateLimit)
        : createSharedRateLimit(config.rateLimit, store.rateLimits),
    newRequestId: randomUUID,
    now,
    log,
  });
  return createHttpServer({
    dispatch,
    checkReady,
    downloads: { exports: store.exports, formats: exportFormats, links: exportLinks, now },
    intake: { events: store.events, senders: eventSenders },
    metrics,
    log,
  });
}

async function checkRegistry(settings: RegistrySettings, network: NetworkPolicy) {
  const client = connect(registryTypes, settings, network);
  try {
    const target = { settings, network, client };
    const { verdict, report } = await probeConnection(target, AbortSignal.timeout(CONNECTION_CHECK_MS));
    return { ...verdict, report };
  } finally {
    await client.close();
  }
}
