import { type Command, Option } from 'commander';
import type { KeyRole } from '../store/store.ts';
import type { CommandContext } from './command-context.ts';
import { withLocalStore } from './open-local-store.ts';
import { outputOption } from './output/print-list.ts';

const formats = ['table', 'json'] as const;

interface CreateOptions {
  readonly role: KeyRole;
  readonly output: (typeof formats)[number];
}

export function defineKeyCreate(parent: Command, context: CommandContext): void {
  parent
    .command('create')
    .description('make an API key; its secret is shown this once')
    .argument('<name>', 'who or what it is for')
    .addOption(new Option('--role <role>', 'reader may only look').choices(['admin', 'reader']).default('reader'))
    .addOption(outputOption(formats))
    .action(async (name: string, options: CreateOptions) => {
      const key = await withLocalStore(context, (store) => store.keys.create({ name, role: options.role }));
      if (options.output === 'json') {
        const shown = { name: key.name, role: key.role, secretId: key.secretId, secretKey: key.secretKey };
        return context.terminal.out(`${JSON.stringify(shown, null, 2)}\n`);
      }
      context.terminal.out(`PLIMSOLL_SECRET_ID=${key.secretId}\nPLIMSOLL_SECRET_KEY=${key.secretKey}\n`);
      context.terminal.note('Keep the secret now: it is stored encrypted and not shown again.\n');
    });
}
