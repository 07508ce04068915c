import type { Command } from 'commander';
import type { RegistryRow } from './api-answers.ts';
import type { CommandContext } from './command-context.ts';
import { connectApi } from './connect-api.ts';
import { listRegistries } from './find-registry.ts';
import { type ListFormat, outputOption, printList } from './output/print-list.ts';
import { type Column, printable } from './output/table.ts';
import type { Colors, Terminal } from './output/terminal.ts';
import { formatAge } from './output/units.ts';
import { wrap } from './output/wrap.ts';
import { connectionOf, failureOf } from './registry-failure.ts';

export function defineRegistryList(parent: Command, context: CommandContext): void {
  parent
    .command('list')
    .description('list the registries, their connection and their last sync')
    .addOption(outputOption())
    .action(async (options: { readonly output: ListFormat }) => {
      const rows = await listRegistries(await connectApi(context));
      printList(context.terminal, options.output, {
        rows,
        columns: registryColumns(context.now()),
        csvColumns,
        name: (row) => row.Name,
        json: (row) => row,
        empty: 'No registries yet. Connect one: plimsoll registry add <name> <url>',
      });
      if (options.output === 'table' || options.output === 'wide') explainFailures(context.terminal, rows);
    });
}

const syncWords: Readonly<Record<string, string>> = { doing: 'running', success: 'succeeded', failed: 'failed' };
const paintState = (cell: string, _row: RegistryRow, colors: Colors) =>
  cell.startsWith('failed') ? colors.red(cell) : cell === 'waiting' ? colors.yellow(cell) : cell;

const registryColumns = (now: Date): readonly Column<RegistryRow>[] => [
  { title: 'ID', text: (row) => String(row.RegistryId), align: 'right' },
  { title: 'NAME', text: (row) => row.Name, shrinkTo: 10 },
  { title: 'TYPE', text: (row) => row.RegistryType, leaves: 2 },
  { title: 'URL', text: (row) => row.Url, shrinkTo: 24 },
  { title: 'CONNECTION', text: connectionOf, paint: paintState },
  { title: 'SYNC', text: (row) => syncWords[row.SyncStatus] ?? 'never', paint: paintState },
  { title: 'LAST SYNC', text: (row) => formatAge(syncedAt(row), now), leaves: 1 },
];

const csvColumns: readonly Column<RegistryRow>[] = [
  { title: 'id', text: (row) => String(row.RegistryId) },
  { title: 'name', text: (row) => row.Name },
  { title: 'type', text: (row) => row.RegistryType },
  { title: 'url', text: (row) => row.Url },
  { title: 'connection', text: connectionOf },
  { title: 'sync', text: (row) => row.SyncStatus },
  { title: 'synced', text: (row) => syncedAt(row)?.toISOString() ?? '' },
  { title: 'reason', text: (row) => failureOf(row)?.message ?? '' },
];

/** The API writes this time without its zone: it is UTC. */
function syncedAt({ LatestSyncTime: text }: RegistryRow): Date | undefined {
  return text ? new Date(`${text.replace(' ', 'T')}Z`) : undefined;
}

function explainFailures(terminal: Terminal, rows: readonly RegistryRow[]): void {
  for (const row of rows) {
    const failure = failureOf(row);
    if (!failure) continue;
    const lines = [`${row.Name}: ${failure.message}`, `  fix: ${failure.fix}`];
    const width = terminal.width ?? Number.POSITIVE_INFINITY;
    terminal.note(`\n${lines.map((line) => wrap(printable(line), width, '    ')).join('\n')}\n`);
  }
}
