import type { Command } from 'commander';
import type { RegistryRow } from './api-answers.ts';
import type { CommandContext } from './command-context.ts';
import { connectApi } from './connect-api.ts';
import { listRegistries } from './find-registry.ts';
import { type ListFormat, outputOption, printList } from './output/print-list.ts';
import type { Column } from './output/table.ts';
import type { Colors } from './output/terminal.ts';

export function defineRegistryList(parent: Command, context: CommandContext): void {
  parent
    .command('list')
    .description('list the registries, their connection and their last sync')
    .addOption(outputOption())
    .action(async (options: { readonly output: ListFormat }) => {
      const rows = await listRegistries(await connectApi(context));
      printList(context.terminal, options.output, {
        rows,
        columns,
        name: (row) => row.Name,
        json: (row) => row,
        empty: 'No registries yet. Connect one: plimsoll registry add <name> <url>',
      });
      for (const row of rows.filter((candidate) => options.output === 'table' && failureOf(candidate) !== '')) {
        context.terminal.note(`\n${row.Name}: ${failureOf(row)}\n`);
      }
    });
}

/** `connected`, `failed`, `unknown`: the last check that the server made. */
export function connectionOf(row: RegistryRow): string {
  const status = row.ConnDetectDetail[0]?.ConnDetectStatus ?? '';
  if (status === '') return 'unknown';
  return status === 'status_connected' ? 'connected' : 'failed';
}

const syncWords: Readonly<Record<string, string>> = { doing: 'running', success: 'succeeded', failed: 'failed' };
const paintState = (cell: string, _row: RegistryRow, colors: Colors) =>
  cell.startsWith('failed') ? colors.red(cell) : cell;

const columns: readonly Column<RegistryRow>[] = [
  { title: 'ID', text: (row) => String(row.RegistryId), align: 'right' },
  { title: 'NAME', text: (row) => row.Name, shrinkTo: 10 },
  { title: 'TYPE', text: (row) => row.RegistryType },
  { title: 'URL', text: (row) => row.Url, shrinkTo: 16 },
  { title: 'CONNECTION', text: connectionOf, paint: paintState },
  { title: 'SYNC', text: (row) => syncWords[row.SyncStatus] ?? 'never', paint: paintState },
  { title: 'LAST SYNC', text: (row) => row.LatestSyncTime || '-' },
];

/** Why something about it failed and what to do, '' when nothing did. */
export function failureOf(row: RegistryRow): string {
  const detail = row.ConnDetectDetail[0];
  const connection =
    connectionOf(row) === 'failed' ? [detail?.FailReason || detail?.ConnDetectMessage, detail?.Solution] : [];
  const sync = row.SyncStatus === 'failed' ? [row.SyncFailReason, row.SyncMessage, row.SyncSolution] : [];
  return [...new Set([...connection, ...sync])].filter(Boolean).join('\n  ');
}
