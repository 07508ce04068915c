import type { Registry } from '../model/registry.ts';
import { scanKinds } from '../model/scan.ts';
import type { ImageCondition } from '../store/image-query.ts';
import type { Store } from '../store/store.ts';

/** NeedScan: authorises and scans those of a registry's images that have not been scanned and fulfil the conditions. */
export async function scanNewImages(
  store: Pick<Store, 'authorizations' | 'tasks'>,
  registry: Registry,
  {
    conditions = [],
    latestOnly,
    why,
  }: {
    readonly conditions?: readonly ImageCondition[];
    readonly latestOnly: boolean;
    /** Who started it, for people. */
    readonly why: string;
  },
): Promise<void> {
  const selection = {
    conditions: [
      { kind: 'value', field: 'registryId', values: [registry.id] },
      { kind: 'value', field: 'scanStatus', values: ['not-scanned'] },
      ...conditions,
    ],
    latestOnly,
  } as const;
  await store.authorizations.authorize({ selection, cap: Number.MAX_SAFE_INTEGER, type: 'automatic' });
  await store.tasks.create({ kinds: scanKinds, selection, createdBy: why });
}
