import type { Command } from 'commander';
import { Done } from './api-answers.ts';
import type { CommandContext } from './command-context.ts';
import { connectApi } from './connect-api.ts';
import { taskId } from './task-status.ts';

export function defineTaskStop(parent: Command, context: CommandContext): void {
  parent
    .command('stop')
    .description('stop what a task has not finished')
    .argument('<id>', 'task', taskId)
    .action(async (id: number) => {
      const api = await connectApi(context);
      await api.call('ModifyAssetImageRegistryScanStop', { TaskID: id }, Done);
      context.terminal.out(`Task ${id} is stopped.\n`);
    });
}
