import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { withLocalStore } from './open-local-store.ts';

export function defineKeyRevoke(parent: Command, context: CommandContext): void {
  parent
    .command('revoke')
    .description('make an API key worthless')
    .argument('<secret-id>', 'id of the key')
    .action(async (secretId: string) => {
      const revoked = await withLocalStore(context, (store) => store.keys.revoke(secretId));
      if (!revoked) throw new CommandFailure(`There is no valid key ${secretId}.`, { fix: 'See `plimsoll key list`.' });
      context.terminal.out(`Key ${secretId} is revoked.\n`);
    });
}
