import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { withLocalStore } from './open-local-store.ts';

export function defineRuntimeForget(parent: Command, context: CommandContext): void {
  parent
    .command('forget')
    .description('forget a place where containers ran: what it named is no longer unknown because of it')
    .argument('<source>', 'as `plimsoll runtime list` names it')
    .action(async (source: string) => {
      const known = await withLocalStore(context, (store) => store.runtime.forget(source));
      if (!known) {
        throw new CommandFailure(`Nothing is known of "${source}".`, { fix: '`plimsoll runtime list` names what is.' });
      }
      context.terminal.note(`Forgot "${source}".\n`);
    });
}
