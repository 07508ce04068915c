import { registryLimits } from '../config/registry-limits.ts';
import { estimateSync, type SyncEstimate } from '../scan/estimate-sync.ts';
import type { CommandContext } from './command-context.ts';
import { findLocalRegistry } from './find-local-registry.ts';
import { withLocalStore } from './open-local-store.ts';
import { printList } from './output/print-list.ts';
import type { Column } from './output/table.ts';
import { formatShare } from './output/units.ts';

const MOST_REGISTRIES = 10_000;

/** Prints what syncs would ask for, from the database of this machine's settings; no registry and no server is asked. */
export async function estimateSyncs(
  context: CommandContext,
  names: readonly string[] | 'all',
  output: 'table' | 'json',
): Promise<void> {
  const { terminal } = context;
  const estimates = await withLocalStore(context, async (store) => {
    const sort = { key: 'id', direction: 'asc' } as const;
    const registries =
      names === 'all'
        ? (await store.registries.list({ conditions: [], sort, offset: 0, limit: MOST_REGISTRIES })).rows
        : await Promise.all(names.map((name) => findLocalRegistry(store, name)));
    return estimateSync(store, registries, registryLimits(context.config()));
  });
  printList<SyncEstimate>(terminal, output, {
    rows: estimates,
    columns,
    name: ({ registry }) => registry,
    json: (row) => row,
    empty: 'No registries yet. Connect one: plimsoll registry add <name> <url>',
  });
  if (output === 'table' && estimates.length > 0)
    terminal.note(
      'At least: each tag that is new or has moved costs some two requests more. Before a first sync it is unknown (-).\n',
    );
}

const columns: readonly Column<SyncEstimate>[] = [
  { title: 'REGISTRY', text: ({ registry }) => registry, shrinkTo: 10 },
  { title: 'REPOSITORIES', text: ({ repositories }) => String(repositories), align: 'right' },
  { title: 'TAGS', text: ({ tags }) => String(tags), align: 'right' },
  { title: 'REQUESTS', text: ({ requests }) => String(requests ?? '-'), align: 'right' },
  { title: 'OF THE LIMIT', text: ({ shareOfLimit }) => formatShare(shareOfLimit), align: 'right' },
  { title: 'LEFT NOW', text: ({ requestsLeft }) => String(requestsLeft ?? '-'), align: 'right' },
];
