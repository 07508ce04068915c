import type { Command } from 'commander';
import { Done } from './api-answers.ts';
import type { CommandContext } from './command-context.ts';
import { connectApi } from './connect-api.ts';
import { findRegistries } from './find-registry.ts';

export function defineRegistryRemove(parent: Command, context: CommandContext): void {
  parent
    .command('remove')
    .description('forget a registry and its images; the registry itself is not touched')
    .argument('<names...>', 'names or ids of registries')
    .action(async (names: readonly string[]) => {
      const api = await connectApi(context);
      for (const row of await findRegistries(api, names)) {
        await api.call('RemoveAssetImageRegistryRegistryDetail', { RegistryId: row.RegistryId }, Done);
        context.terminal.out(`Registry "${row.Name}" is removed.\n`);
      }
    });
}
