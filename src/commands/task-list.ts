import type { Command } from 'commander';
import type { TaskListEntry } from '../store/store.ts';
import type { CommandContext } from './command-context.ts';
import { withLocalStore } from './open-local-store.ts';
import { type ListFormat, outputOption, printList } from './output/print-list.ts';
import type { Column } from './output/table.ts';
import { formatAge } from './output/units.ts';

const SHOWN = 50;

export function defineTaskList(parent: Command, context: CommandContext): void {
  parent
    .command('list')
    .description(
      'list the latest scan tasks (reads the data folder or PLIMSOLL_DATABASE_URL; the API has no such action)',
    )
    .addOption(outputOption())
    .action(async (options: { readonly output: ListFormat }) => {
      const { rows } = await withLocalStore(context, (store) => store.tasks.list({ offset: 0, limit: SHOWN }));
      printList(context.terminal, options.output, {
        rows,
        columns: taskColumns(context.now()),
        csvColumns,
        name: (task) => String(task.id),
        json: (task) => task,
        empty: 'No tasks yet. Start one: plimsoll task start --all --wait',
      });
    });
}

const csvColumns: readonly Column<TaskListEntry>[] = [
  { title: 'id', text: (task) => String(task.id) },
  { title: 'status', text: (task) => task.status },
  { title: 'images', text: (task) => String(task.total) },
  { title: 'finished', text: (task) => String(task.finished) },
  { title: 'started', text: (task) => task.createdAt.toISOString() },
  { title: 'ended', text: (task) => task.finishedAt?.toISOString() ?? '' },
  { title: 'by', text: (task) => task.createdBy },
];

function taskColumns(now: Date): readonly Column<TaskListEntry>[] {
  return [
    { title: 'ID', text: (task) => String(task.id), align: 'right' },
    { title: 'STATUS', text: (task) => task.status },
    { title: 'IMAGES', text: (task) => `${task.finished}/${task.total}`, align: 'right' },
    { title: 'STARTED', text: (task) => formatAge(task.createdAt, now), leaves: 2 },
    { title: 'ENDED', text: (task) => formatAge(task.finishedAt, now) },
    { title: 'BY', text: (task) => task.createdBy, shrinkTo: 12, leaves: 1 },
  ];
}
