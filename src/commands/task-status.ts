import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from './command-context.ts';
import { connectApi } from './connect-api.ts';
import { noteWaitingRegistries } from './note-waiting-registries.ts';
import { outputOption } from './output/print-list.ts';
import { describeTask, taskState, taskWord, waitForTask } from './wait-for-task.ts';

const formats = ['table', 'json'] as const;

export function defineTaskStatus(parent: Command, context: CommandContext): void {
  parent
    .command('status')
    .description('show how far a task is')
    .argument('<id>', 'task', taskId)
    .addOption(outputOption(formats))
    .option('-w, --wait', 'wait until it is done, with progress')
    .action(async (id: number, options: { readonly output: (typeof formats)[number]; readonly wait?: true }) => {
      const api = await connectApi(context);
      if (options.wait) return waitForTask(context, api, id);
      const state = await taskState(api, id);
      if (options.output === 'json') return context.terminal.out(`${JSON.stringify(state, null, 2)}\n`);
      context.terminal.out(`Task ${id} is ${taskWord(state.Status)}, ${state.Schedule}%. ${describeTask(state)}\n`);
      if (state.Status === 'SCANNING') await noteWaitingRegistries(context.terminal, api);
    });
}

export function taskId(text: string): number {
  const id = Number(text);
  if (!Number.isSafeInteger(id) || id < 1) throw new InvalidArgumentError('A task id is a whole number above zero.');
  return id;
}
