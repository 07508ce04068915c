import { AppError } from '../model/app-error.ts';
import type { RegistrySettings } from '../model/registry.ts';
import type { RegistryLimits } from '../model/registry-budget.ts';
import type { Manners, NetworkPolicy, RegistryClient, RegistryType } from '../registries/registry-client.ts';
import type { RequestBudget } from '../registries/request-budget.ts';
import type { BudgetStore } from '../store/budgets.ts';
import type { RegistryStore } from '../store/store.ts';
import { createRequestBudget } from './create-request-budget.ts';

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
  /** Absent: what is asked of registries is not limited. */
  readonly budgets?: {
    readonly store: BudgetStore;
    /** Where a registry has no limits of its own. */
    readonly defaults: RegistryLimits;
    /** Bytes a second of a blob at least; 0 = any. */
    readonly blobRate: number;
    readonly now: () => Date;
    readonly onError: (error: unknown) => void;
  };
}

export function createConnections({ registries, types, network, budgets }: ConnectionsDeps): Connections {
  const open = new Map<number, { readonly settings: string; readonly client: RegistryClient }>();
  // Of the registry, not of a client: what was drawn stays good when settings change.
  const ofRegistry = new Map<number, RequestBudget>();
  const budgetOf = (id: number, url: string): RequestBudget | undefined => {
    if (!budgets) return undefined;
    const { store, defaults, now, onError } = budgets;
    const host = URL.canParse(url) ? new URL(url).host : url;
    const budget =
      ofRegistry.get(id) ?? createRequestBudget({ registry: { id, host }, budgets: store, defaults, now, onError });
    ofRegistry.set(id, budget);
    return budget;
  };
  const mannersOf = async (id: number, url: string): Promise<Manners> => {
    const budget = budgetOf(id, url);
    if (!budgets || !budget) return {};
    const { concurrency } = { ...budgets.defaults, ...(await budgets.store.limits(id)) };
    return {
      budget,
      now: () => budgets.now().getTime(),
      limits: { blobRate: budgets.blobRate, ...(concurrency === undefined ? {} : { concurrency }) },
    };
  };
  return {
    get: async (registryId) => {
      const settings = await registries.settings(registryId);
      if (!settings) throw new AppError('image-not-found', `registry ${registryId} has been removed`);
      const manners = await mannersOf(registryId, settings.url);
      const key = JSON.stringify([settings, manners.limits]);
      const known = open.get(registryId);
      if (known?.settings === key) return known.client;
      const client = connect(types, settings, network, manners);
      open.set(registryId, { settings: key, client });
      // An old client is not closed: what is under way on it ends well, and then its connections close by themselves.
      return client;
    },
    close: async () => {
      await Promise.all([...open.values()].map(({ client }) => client.close()));
      await Promise.all([...ofRegistry.values()].map((budget) => budget.close()));
    },
  };
}

/** A client for these settings; throws for a type this version does not know. */
export function connect(
  types: readonly RegistryType[],
  settings: RegistrySettings,
  network: NetworkPolicy,
  manners: Manners = {},
): RegistryClient {
  const type = types.find(({ name }) => name === settings.type);
  if (!type) throw new AppError('internal-error', `the registry type "${settings.type}" is not known to this version`);
  return type.connect(settings, network, manners);
}
