import { once } from 'node:events';
import type { Command } from 'commander';
import { adminKeyPath, ensureAdminKey } from '../config/admin-key.ts';
import { claimDataFolder } from './claim-data-folder.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { keepHeapSmall } from './keep-heap-small.ts';
import { createLog } from './output/create-log.ts';

export function defineServe(parent: Command, context: CommandContext): void {
  parent
    .command('serve')
    .description('run the server: API, syncs and scans')
    .option('--listen <host:port>', 'address to listen on (PLIMSOLL_LISTEN)')
    .addHelpText(
      'after',
      `
At its first start the server makes an admin key, shows it once and keeps it in the data folder. Settings come from the
environment; \`plimsoll config\` lists them. Ctrl-C stops it; work under way is taken up at the next start.

Example:
  plimsoll serve --listen 0.0.0.0:9460`,
    )
    .action((options: { readonly listen?: string }) => serve(context, options.listen));
}

async function serve(context: CommandContext, listen: string | undefined): Promise<void> {
  const config = context.config(listen === undefined ? {} : { PLIMSOLL_LISTEN: listen });
  const { terminal, signal } = context;
  if (config.jobs === 0 && config.databaseUrl === undefined)
    throw new CommandFailure('PLIMSOLL_JOBS is 0, and nobody else can work on an SQLite store.', {
      exitCode: exitCodes.usage,
      fix: 'Leave PLIMSOLL_JOBS out, or set PLIMSOLL_DATABASE_URL and start workers.',
    });
  // PostgreSQL serves any number of servers; an SQLite file serves one.
  using _claim = config.databaseUrl === undefined ? await claimDataFolder(config.dataDir) : undefined;
  const key = await ensureAdminKey(config);
  keepHeapSmall();
  const { startPlimsoll } = await import('../main.ts'); // loaded here: no other command needs the whole server
  const running = await startPlimsoll(config, createLog(config.logLevel, terminal));
  try {
    terminal.out(`Plimsoll listens on ${running.url}\n`);
    if (key.created) {
      terminal.out(`\nAdmin key, shown this once and kept in ${adminKeyPath(config.dataDir)}:\n`);
      terminal.out(`  PLIMSOLL_SECRET_ID=${key.secretId}\n  PLIMSOLL_SECRET_KEY=${key.secretKey}\n\n`);
    }
    terminal.note('Press Ctrl-C to stop.\n');
    if (!signal.aborted) await Promise.race([once(signal, 'abort'), running.failed]);
    terminal.note('Stopping.\n');
  } finally {
    await running.stop();
  }
}
