import type { RegistryLimits } from '../model/registry-budget.ts';
import type { Store } from '../store/store.ts';
import { type AllowedRequests, allowedRequests } from './allowed-requests.ts';

/** What a sync of a registry would ask for at least. Unknown members are absent. */
export interface SyncEstimate extends AllowedRequests {
  readonly registry: string;
  readonly repositories: number;
  readonly tags: number;
  /** Of a registry in which nothing has changed; absent before its first sync. */
  readonly requests?: number;
}

const NAMES_PER_PAGE = 500;

/** From what is listed: a page of the catalog, the tags of each repository, a HEAD per tag. */
export async function estimateSync(
  { scanEstimates, budgets }: Pick<Store, 'scanEstimates' | 'budgets'>,
  registries: readonly { readonly id: number; readonly name: string; readonly syncedAt?: Date | undefined }[],
  defaults: RegistryLimits,
): Promise<readonly SyncEstimate[]> {
  const estimates: SyncEstimate[] = [];
  const listed = await scanEstimates.listed(registries.map(({ id }) => id));
  for (const { id, name, syncedAt } of registries) {
    const { repositories = 0, tags = 0 } = listed.find(({ registryId }) => registryId === id) ?? {};
    const known = { registry: name, repositories, tags };
    if (syncedAt === undefined) {
      estimates.push(known);
      continue;
    }
    const requests = Math.max(1, Math.ceil(repositories / NAMES_PER_PAGE)) + repositories + tags;
    const limits = { ...defaults, ...(await budgets.limits(id)) };
    const { waitMs: _, ...allowed } = allowedRequests({ requests, bytes: 0 }, limits, await budgets.states(id));
    estimates.push({ ...known, requests, ...allowed });
  }
  return estimates;
}
