import type { Command } from 'commander';
import type { Registry } from '../model/registry.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { findLocalRegistry } from './find-local-registry.ts';
import { withLocalStore } from './open-local-store.ts';
import { outputOption } from './output/print-list.ts';
import { webhookRecipe } from './webhook-recipe.ts';

const formats = ['table', 'json'] as const;

interface WebhookOptions {
  readonly remove?: true;
  readonly output: (typeof formats)[number];
}

export function defineRegistryWebhook(parent: Command, context: CommandContext): void {
  parent
    .command('webhook')
    .description('make the address and the token that a registry sends its events to')
    .argument('<name>', 'name or id of the registry')
    .option('--remove', 'take no events of this registry any more')
    .addOption(outputOption(formats))
    .addHelpText(
      'after',
      `
The token is shown this once; making a new one ends the one before. It works on the database of this machine's settings; no
server is asked. PLIMSOLL_PUBLIC_URL says how registries reach the server.

Examples:
  plimsoll registry webhook staging
  plimsoll registry webhook staging -o json
  plimsoll registry webhook staging --remove`,
    )
    .action((name: string, options: WebhookOptions) =>
      withLocalStore(context, async (store) => {
        const registry = await findLocalRegistry(store, name);
        if (options.remove) {
          await store.events.removeToken(registry.id);
          return context.terminal.note(`Events of "${registry.name}" are refused from now on.\n`);
        }
        const token = await store.events.createToken(registry.id);
        if (token === undefined)
          throw new CommandFailure(`The registry "${registry.name}" was removed meanwhile.`, {
            fix: '`plimsoll registry list` shows which there are.',
          });
        const { publicUrl, endpoint } = context.config();
        const url = `${publicUrl ?? endpoint}/webhooks/${wordOf(registry)}`;
        if (options.output === 'json') {
          const document = { registry: registry.name, url, token };
          return context.terminal.out(`${JSON.stringify(document, null, 2)}\n`);
        }
        context.terminal.out(`address  ${url}\ntoken    ${token}\n`);
        context.terminal.note(`\n${webhookRecipe(registry.type, url, token)}\n`);
        context.terminal.note('\nThe token is not shown again. `plimsoll registry events` tells what arrives.\n');
      }),
    );
}

/** Longer paths are cut by some senders. */
const LONGEST_NAME = 100;

function wordOf({ id, name }: Registry): string {
  const encoded = encodeURIComponent(name);
  return encoded.length > LONGEST_NAME ? String(id) : encoded;
}
