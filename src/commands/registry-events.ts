import type { Command } from 'commander';
import type { Registry } from '../model/registry.ts';
import type { EventState } from '../store/events.ts';
import type { CommandContext } from './command-context.ts';
import { findLocalRegistry } from './find-local-registry.ts';
import { withLocalStore } from './open-local-store.ts';
import { type ListFormat, outputOption, printList } from './output/print-list.ts';
import type { Column } from './output/table.ts';
import { formatAge } from './output/units.ts';

export function defineRegistryEvents(parent: Command, context: CommandContext): void {
  parent
    .command('events')
    .description('tell how the events of registries fare, and since when their lists are complete')
    .argument('[name]', 'name or id of a registry; all when absent')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
COMPLETE AS OF  begin of the last sync that reached its end: what was there then is listed
LAG             from an event to the look at what it was about
LOST            changes that a sync found and no event had told of
REFUSED         requests without the right token

It works on the database of this machine's settings; no server is asked.`,
    )
    .action((name: string | undefined, { output }: { readonly output: ListFormat }) =>
      withLocalStore(context, async (store) => {
        const registries = name === undefined ? await all(store) : [await findLocalRegistry(store, name)];
        const states = await store.events.states();
        printList<Row>(context.terminal, output, {
          rows: registries.map((registry) => ({ registry, state: states.get(registry.id) ?? nothingYet(registry) })),
          columns: columns(context.now()),
          csvColumns,
          name: ({ registry }) => registry.name,
          json: ({ registry, state }) => ({ id: registry.id, ...state }),
          empty: 'No registries yet. Connect one: plimsoll registry add <name> <url>',
        });
      }),
    );
}

interface Row {
  readonly registry: Registry;
  readonly state: EventState;
}

const nothingYet = ({ name }: Registry): EventState => ({
  registry: name,
  hasToken: false,
  accepted: 0,
  refused: 0,
  lost: 0,
  waiting: 0,
});
const PAGE = 1_000;

async function all(store: Parameters<typeof findLocalRegistry>[0]): Promise<readonly Registry[]> {
  const registries: Registry[] = [];
  for (;;) {
    const { rows, total } = await store.registries.list({
      conditions: [],
      sort: { key: 'id', direction: 'asc' },
      offset: registries.length,
      limit: PAGE,
    });
    registries.push(...rows);
    if (rows.length === 0 || registries.length >= total) return registries;
  }
}

const seconds = (milliseconds: number | undefined): string =>
  milliseconds === undefined ? '-' : `${(milliseconds / 1_000).toFixed(1)} s`;

const columns = (now: Date): readonly Column<Row>[] => [
  { title: 'NAME', text: ({ registry }) => registry.name, shrinkTo: 10 },
  { title: 'WEBHOOK', text: ({ state }) => (state.hasToken ? 'yes' : 'no') },
  { title: 'LAST EVENT', text: ({ state }) => formatAge(state.lastEventAt, now) },
  { title: 'ACCEPTED', text: ({ state }) => String(state.accepted), align: 'right' },
  { title: 'REFUSED', text: ({ state }) => String(state.refused), align: 'right' },
  { title: 'WAITING', text: ({ state }) => String(state.waiting), align: 'right' },
  { title: 'LAG', text: ({ state }) => seconds(state.lagMs), align: 'right' },
  { title: 'LOST', text: ({ state }) => String(state.lost), align: 'right' },
  { title: 'COMPLETE AS OF', text: ({ state }) => formatAge(state.completeAsOf, now) },
];

const csvColumns: readonly Column<Row>[] = [
  { title: 'id', text: ({ registry }) => String(registry.id) },
  { title: 'name', text: ({ registry }) => registry.name },
  { title: 'webhook', text: ({ state }) => String(state.hasToken) },
  { title: 'last_event', text: ({ state }) => state.lastEventAt?.toISOString() ?? '' },
  { title: 'accepted', text: ({ state }) => String(state.accepted) },
  { title: 'refused', text: ({ state }) => String(state.refused) },
  { title: 'last_refused', text: ({ state }) => state.lastRefusedAt?.toISOString() ?? '' },
  { title: 'waiting', text: ({ state }) => String(state.waiting) },
  { title: 'lag_ms', text: ({ state }) => String(state.lagMs ?? '') },
  { title: 'lost', text: ({ state }) => String(state.lost) },
  { title: 'complete_as_of', text: ({ state }) => state.completeAsOf?.toISOString() ?? '' },
];
