import type { Command } from 'commander';
import type { AuditEntry } from '../store/audit-log.ts';
import type { CommandContext } from './command-context.ts';
import { withLocalStore } from './open-local-store.ts';
import { type ListFormat, outputOption, printList } from './output/print-list.ts';
import type { Column } from './output/table.ts';
import { parseCount, parseTime } from './parse-arguments.ts';

interface AuditOptions {
  readonly since?: Date;
  readonly until?: Date;
  readonly key?: string;
  readonly action?: string;
  readonly limit: number;
  readonly output: ListFormat;
}

export function defineAuditList(parent: Command, context: CommandContext): void {
  parent
    .command('list')
    .description('list who changed what through the API, newest first; -o csv and -o ndjson export it')
    .option('--since <time>', 'from this time on, such as 2026-11-25 or 2026-11-25T08:00:00Z', parseTime)
    .option('--until <time>', 'up to this time', parseTime)
    .option('--key <secret id>', 'calls of this key')
    .option('--action <name>', 'calls of this action')
    .option('--limit <count>', 'at most so many', parseCount, 50)
    .addOption(outputOption())
    .action(async ({ output, since, until, key, action, limit }: AuditOptions) => {
      const { rows, total } = await withLocalStore(context, (store) =>
        store.audit.list({
          ...(since ? { from: since } : {}),
          ...(until ? { until } : {}),
          ...(key ? { secretId: key } : {}),
          ...(action ? { action } : {}),
          offset: 0,
          limit,
        }),
      );
      printList(context.terminal, output, {
        rows,
        columns,
        csvColumns,
        name: (entry) => entry.requestId,
        json: (entry) => ({ ...entry, parameters: parametersOf(entry) }),
        empty: 'Nobody has changed anything that was asked about.',
      });
      if (total > rows.length) context.terminal.note(`${rows.length} of ${total}; --limit shows more.\n`);
    });
}

const columns: readonly Column<AuditEntry>[] = [
  { title: 'TIME', text: (entry) => entry.at.toISOString().slice(0, 19).replace('T', ' ') },
  { title: 'KEY', text: (entry) => entry.keyName, shrinkTo: 8 },
  { title: 'ACTION', text: (entry) => entry.action, shrinkTo: 20 },
  {
    title: 'RESULT',
    text: (entry) => entry.code,
    shrinkTo: 10,
    paint: (cell, entry, colors) => (entry.code === 'ok' ? cell : colors.red(cell)),
  },
  { title: 'PARAMETERS', text: (entry) => entry.parameters, shrinkTo: 16, leaves: 1 },
];

const csvColumns: readonly Column<AuditEntry>[] = [
  { title: 'time', text: (entry) => entry.at.toISOString() },
  { title: 'secret_id', text: (entry) => entry.secretId },
  { title: 'key', text: (entry) => entry.keyName },
  { title: 'action', text: (entry) => entry.action },
  { title: 'result', text: (entry) => entry.code },
  { title: 'request_id', text: (entry) => entry.requestId },
  { title: 'parameters', text: (entry) => entry.parameters },
];

/** Long parameters were cut when they were recorded, and are no JSON any more. */
function parametersOf({ parameters }: AuditEntry): unknown {
  try {
    return JSON.parse(parameters);
  } catch {
    return parameters;
  }
}
