import type { Command } from 'commander';
import type { ApiKey } from '../store/store.ts';
import type { CommandContext } from './command-context.ts';
import { withLocalStore } from './open-local-store.ts';
import { type ListFormat, outputOption, printList } from './output/print-list.ts';
import type { Column } from './output/table.ts';
import { formatAge } from './output/units.ts';

export function defineKeyList(parent: Command, context: CommandContext): void {
  parent
    .command('list')
    .description('list the API keys, without their secrets')
    .addOption(outputOption())
    .action(async (options: { readonly output: ListFormat }) => {
      printList(context.terminal, options.output, {
        rows: await withLocalStore(context, (store) => store.keys.list()),
        columns: keyColumns(context.now()),
        csvColumns,
        name: (key) => key.secretId,
        json: (key) => key,
        empty: 'No keys yet: the server makes the first one when it starts.',
      });
    });
}

const csvColumns: readonly Column<ApiKey>[] = [
  { title: 'secret_id', text: (key) => key.secretId },
  { title: 'name', text: (key) => key.name },
  { title: 'role', text: (key) => key.role },
  { title: 'created', text: (key) => key.createdAt.toISOString() },
  { title: 'used', text: (key) => key.lastUsedAt?.toISOString() ?? '' },
  { title: 'expires', text: (key) => key.expiresAt?.toISOString() ?? '' },
  { title: 'temporary', text: (key) => String(key.temporary) },
  { title: 'revoked', text: (key) => key.revokedAt?.toISOString() ?? '' },
];

function keyColumns(now: Date): readonly Column<ApiKey>[] {
  return [
    { title: 'SECRET ID', text: (key) => key.secretId },
    { title: 'NAME', text: (key) => key.name, shrinkTo: 10 },
    { title: 'ROLE', text: (key) => key.role },
    { title: 'CREATED', text: (key) => formatAge(key.createdAt, now), leaves: 1 },
    { title: 'USED', text: (key) => formatAge(key.lastUsedAt, now), leaves: 2 },
    {
      title: 'VALID UNTIL',
      text: (key) => key.expiresAt?.toISOString().slice(0, 16).replace('T', ' ') ?? '-',
      leaves: 3,
    },
    {
      title: 'REVOKED',
      text: (key) => formatAge(key.revokedAt, now),
      paint: (cell, key, colors) => (key.revokedAt ? colors.red(cell) : cell),
    },
  ];
}
