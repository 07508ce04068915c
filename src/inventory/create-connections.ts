import { AppError } from '../model/app-error.ts';
import type { RegistrySettings } from '../model/registry.ts';
import type { NetworkPolicy, RegistryClient, RegistryType } from '../registries/registry-client.ts';
import type { RegistryStore } from '../store/store.ts';

/** One open client per registry, so that its limits and tokens are shared by all jobs. */
export interface Connections {
  /** Opens, or reuses while the settings are the same; throws `image-not-found` for a removed registry. */
  get(registryId: number): Promise<RegistryClient>;
  close(): Promise<void>;
}

export interface ConnectionsDeps {
  readonly registries: Pick<RegistryStore, 'settings'>;
  readonly types: readonly RegistryType[];
  readonly network: NetworkPolicy;
}

export function createConnections({ registries, types, network }: ConnectionsDeps): Connections {
  const open = new Map<number, { readonly settings: string; readonly client: RegistryClient }>();
  return {
    get: async (registryId) => {
      const settings = await registries.settings(registryId);
      if (!settings) throw new AppError('image-not-found', `registry ${registryId} has been removed`);
      const key = JSON.stringify(settings);
      const known = open.get(registryId);
      if (known?.settings === key) return known.client;
      const client = connect(types, settings, network);
      open.set(registryId, { settings: key, client });
      // An old client is not closed: what is under way on it ends well, and then its connections close by themselves.
      return client;
    },
    close: async () => {
      await Promise.all([...open.values()].map(({ client }) => client.close()));
    },
  };
}

/** A client for these settings; throws for a type this version does not know. */
export function connect(
  types: readonly RegistryType[],
  settings: RegistrySettings,
  network: NetworkPolicy,
): RegistryClient {
  const type = types.find(({ name }) => name === settings.type);
  if (!type) throw new AppError('internal-error', `the registry type "${settings.type}" is not known to this version`);
  return type.connect(settings, network);
}
