import { type Command, Option } from 'commander';
import type { KeyRole } from '../store/store.ts';
import type { CommandContext } from './command-context.ts';
import { withLocalStore } from './open-local-store.ts';
import { outputOption } from './output/print-list.ts';
import { parseDuration } from './parse-duration.ts';

const formats = ['table', 'json'] as const;

/** Of a temporary key that does not say. */
const TEMPORARY_MS = 3_600_000;

interface CreateOptions {
  readonly role: KeyRole;
  /** Milliseconds from now. */
  readonly expires?: number;
  readonly temporary?: boolean;
  readonly output: (typeof formats)[number];
}

export function defineKeyCreate(parent: Command, context: CommandContext): void {
  parent
    .command('create')
    .description('make an API key; its secret is shown this once')
    .argument('<name>', 'who or what it is for')
    .addOption(
      new Option('--role <role>', 'reader may only look, admin may change things')
        .choices(['admin', 'reader'])
        .default('reader'),
    )
    .option('--expires <time>', 'how long it is valid: 30m, 12h, 90d', parseDuration)
    .option('--temporary', 'valid only with a token that comes with it; for an hour unless --expires says')
    .addOption(outputOption(formats))
    .addHelpText(
      'after',
      `
It works on the database of this machine's settings; no server is asked. A server takes the key at once.

Examples:
  plimsoll key create ci --expires 90d
  plimsoll key create terraform --role admin`,
    )
    .action(async (name: string, options: CreateOptions) => {
      const key = await withLocalStore(
        context,
        (store) => store.keys.create({ name, role: options.role, ...validity(options, context.now()) }),
        { create: true }, // keys may be made before the server first starts
      );
      if (options.output === 'json') {
        const { role, secretId, secretKey, token, expiresAt } = key;
        const shown = { name: key.name, role, secretId, secretKey, token, expiresAt };
        return context.terminal.out(`${JSON.stringify(shown, null, 2)}\n`);
      }
      context.terminal.out(`PLIMSOLL_SECRET_ID=${key.secretId}\nPLIMSOLL_SECRET_KEY=${key.secretKey}\n`);
      if (key.token) context.terminal.out(`PLIMSOLL_TOKEN=${key.token}\n`);
      context.terminal.note('Keep the secret now: it is stored encrypted and not shown again.\n');
    });
}

function validity({ expires, temporary }: CreateOptions, now: Date) {
  const lasts = expires ?? (temporary ? TEMPORARY_MS : undefined);
  return {
    ...(lasts === undefined ? {} : { expiresAt: new Date(now.getTime() + lasts) }),
    ...(temporary ? { temporary } : {}),
  };
}
