import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { withLocalStore } from './open-local-store.ts';
import { taskId } from './task-status.ts';

export function defineTaskStop(parent: Command, context: CommandContext): void {
  parent
    .command('stop')
    .description('stop what a task has not finished (writes to the data folder or PLIMSOLL_DATABASE_URL)')
    .argument('<id>', 'task', taskId)
    .action(async (id: number) => {
      const known = await withLocalStore(context, (store) => store.tasks.cancel(id));
      if (!known) throw new CommandFailure(`There is no task ${id}.`, { fix: 'See `plimsoll task list`.' });
      context.terminal.out(`Task ${id} is stopped.\n`);
    });
}
