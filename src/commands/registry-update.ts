import type { Command } from 'commander';
import { everything } from '../model/sync-choice.ts';
import type { CommandContext } from './command-context.ts';
import { findLocalRegistry } from './find-local-registry.ts';
import { withLocalStore } from './open-local-store.ts';
import { outputOption } from './output/print-list.ts';
import {
  addSyncChoiceOptions,
  changeChoice,
  describeChoice,
  givesChoice,
  type SyncChoiceOptions,
} from './sync-choice-options.ts';

const formats = ['table', 'json'] as const;

export function defineRegistryUpdate(parent: Command, context: CommandContext): void {
  const command = parent
    .command('update')
    .description('show or change what a sync of a registry looks at')
    .argument('<name>', 'name or id of the registry');
  addSyncChoiceOptions(command)
    .addOption(outputOption(formats))
    .addHelpText(
      'after',
      `
What is left out is neither listed nor asked for; rows that were listed before go with the next whole sync, which says how many
were left out. Patterns given replace those before; an empty one ('') ends them. * is within a folder, ** any depth.
It works on the database of this machine's settings; no server is asked.

Examples:
  plimsoll registry update staging
  plimsoll registry update staging --include 'shop/**' --exclude 'shop/**:*-dev' --newest 20
  plimsoll registry update staging --include '' --newest all`,
    )
    .action((name: string, options: SyncChoiceOptions & { readonly output: (typeof formats)[number] }) =>
      withLocalStore(context, async (store) => {
        const registry = await findLocalRegistry(store, name);
        const choice = changeChoice(registry.syncChoice ?? everything, options);
        if (givesChoice(options)) await store.registries.chooseContent(registry.id, choice);
        if (options.output === 'json') {
          context.terminal.out(`${JSON.stringify({ registry: registry.name, ...choice }, null, 2)}\n`);
          return;
        }
        context.terminal.out(`A sync of "${registry.name}" ${describeChoice(choice)}.\n`);
        if (givesChoice(options)) context.terminal.note(`Next: plimsoll registry sync ${registry.name} --wait\n`);
      }),
    );
}
