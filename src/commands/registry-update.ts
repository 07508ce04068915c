import type { Command } from 'commander';
import { everything, type SyncChoice } from '../model/sync-choice.ts';
import { changeConnection } from './change-connection.ts';
import type { CommandContext } from './command-context.ts';
import { addConnectionOptions, type ConnectionOptions, givesConnection } from './connection-options.ts';
import { findLocalRegistry } from './find-local-registry.ts';
import { withLocalStore } from './open-local-store.ts';
import { outputOption } from './output/print-list.ts';
import { PASSWORD_VARIABLE } from './registry-options.ts';
import {
  addSyncChoiceOptions,
  changeChoice,
  describeChoice,
  givesChoice,
  type SyncChoiceOptions,
} from './sync-choice-options.ts';

const formats = ['table', 'json'] as const;
type UpdateOptions = SyncChoiceOptions & ConnectionOptions & { readonly output: (typeof formats)[number] };

export function defineRegistryUpdate(parent: Command, context: CommandContext): void {
  const command = parent
    .command('update')
    .description('change the account or address of a registry, or show or change what a sync of it looks at')
    .argument('<name>', 'name or id of the registry');
  addSyncChoiceOptions(addConnectionOptions(command))
    .addOption(outputOption(formats))
    .addHelpText(
      'after',
      `
Account, address and --scan go through the server, which tries the registry at once; its images and findings stay. The password
is asked for where -u or --password is given, or read from standard input or ${PASSWORD_VARIABLE}.

What a sync looks at (--include, --exclude, --newest) is shown where nothing is given. What is left out is neither listed nor
asked for; rows that were listed before go with the next whole sync, which says how many were left out. Patterns given replace
those before; an empty one ('') ends them. * is within a folder, ** any depth. This works on the database of this machine's
settings; no server is asked.

Examples:
  plimsoll registry update staging -u scanner
  plimsoll registry update staging --password-stdin < password.txt
  plimsoll registry update staging --url https://new.example.com --scan all
  plimsoll registry update staging
  plimsoll registry update staging --include 'shop/**' --exclude 'shop/**:*-dev' --newest 20
  plimsoll registry update staging --include '' --newest all`,
    )
    .action((name: string, options: UpdateOptions) => updateRegistry(context, name, options));
}

/** The choice first: where there is no database to keep it, nothing is changed at all. */
async function updateRegistry(context: CommandContext, name: string, options: UpdateOptions): Promise<void> {
  const { terminal } = context;
  const isTable = options.output === 'table';
  const chosen = givesChoice(options) || !givesConnection(options) ? await choose(context, name, options) : undefined;
  if (chosen && isTable) terminal.out(`A sync of "${chosen.registry}" ${describeChoice(chosen)}.\n`);
  const changed = givesConnection(options) ? await changeConnection(context, name, options) : undefined;
  if (changed && isTable)
    terminal.out(`Registry "${changed.registry}" is changed, and connected (id ${changed.id}).\n`);
  if (!isTable) {
    terminal.out(`${JSON.stringify({ ...chosen, ...changed, ...(changed ? { connected: true } : {}) }, null, 2)}\n`);
  } else if (givesChoice(options)) terminal.note(`Next: plimsoll registry sync ${chosen?.registry} --wait\n`);
}

function choose(
  context: CommandContext,
  word: string,
  options: SyncChoiceOptions,
): Promise<SyncChoice & { readonly registry: string }> {
  return withLocalStore(context, async (store) => {
    const { id, name, syncChoice } = await findLocalRegistry(store, word);
    const choice = changeChoice(syncChoice ?? everything, options);
    if (givesChoice(options)) await store.registries.chooseContent(id, choice);
    return { registry: name, ...choice };
  });
}
