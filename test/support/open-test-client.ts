import { onTestFinished } from 'vitest';
import type { RegistrySettings } from '../../src/model/registry.ts';
import { createDistributionClient } from '../../src/registries/distribution/create-distribution-client.ts';
import type { DistributionLimits } from '../../src/registries/distribution/limits.ts';
import type { NetworkPolicy, RegistryClient } from '../../src/registries/registry-client.ts';
import { createTestSystem, type TestSystem } from './create-test-system.ts';
import { type Handler, type ScriptedServer, startScriptedServer } from './start-scripted-server.ts';

export interface TestClientOptions {
  readonly settings?: Partial<RegistrySettings>;
  readonly policy?: NetworkPolicy;
  readonly limits?: Partial<DistributionLimits>;
  readonly system?: TestSystem;
}

/** A distribution client with instant waits; closed when the test is over. */
export function openTestClient(
  url: string,
  options: TestClientOptions = {},
): RegistryClient & { readonly system: TestSystem } {
  const system = options.system ?? createTestSystem();
  const settings = {
    type: 'docker',
    url,
    username: '',
    password: '',
    insecure: false,
    speedLimit: 0,
    ...options.settings,
  };
  const client = createDistributionClient(settings, options.policy ?? { allowPrivate: true }, {
    system,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  onTestFinished(() => client.close());
  return { ...client, system };
}

/** A scripted server for one test. */
export async function serveForTest(
  handle: Handler,
  tls?: Parameters<typeof startScriptedServer>[1],
): Promise<ScriptedServer> {
  const server = await startScriptedServer(handle, tls);
  onTestFinished(() => server.stop());
  return server;
}
