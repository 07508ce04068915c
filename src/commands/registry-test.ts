import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { connectApi } from './connect-api.ts';
import { findRegistries } from './find-registry.ts';
import { connectionOf, failureOf } from './registry-list.ts';

export function defineRegistryTest(parent: Command, context: CommandContext): void {
  parent
    .command('test')
    .description('say whether the server can reach a registry, and why not')
    .argument('<name>', 'name or id of the registry')
    .action(async (name: string) => {
      const [row] = await findRegistries(await connectApi(context), [name]);
      if (!row) return;
      const state = connectionOf(row);
      if (state === 'connected')
        return context.terminal.out(`${row.Name}: connected, as of the server's last check of ${row.Url}\n`);
      if (state === 'failed') throw new CommandFailure(`${row.Name}: ${failureOf(row)}`);
      throw new CommandFailure(`${row.Name} has not been checked yet.`, {
        fix: `plimsoll registry sync ${row.Name} --wait`,
      });
    });
}
