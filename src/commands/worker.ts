import { once } from 'node:events';
import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { keepHeapSmall } from './keep-heap-small.ts';
import { createLog } from './output/create-log.ts';

export function defineWorker(parent: Command, context: CommandContext): void {
  parent
    .command('worker')
    .description('run syncs and scans for servers on the same PostgreSQL')
    .addHelpText(
      'after',
      `
Any number of workers share the jobs of one database (PLIMSOLL_DATABASE_URL) and need the same master key
(PLIMSOLL_MASTER_KEY or PLIMSOLL_MASTER_KEY_FILE) as its servers. Ctrl-C stops one; others take up its work.

Example:
  PLIMSOLL_DATABASE_URL=postgres://plimsoll@db/plimsoll PLIMSOLL_DATA_DIR=/var/lib/plimsoll-worker plimsoll worker`,
    )
    .action(() => work(context));
}

async function work(context: CommandContext): Promise<void> {
  const config = context.config({});
  const { terminal, signal } = context;
  if (config.databaseUrl === undefined) {
    throw new CommandFailure('A worker shares a PostgreSQL with its servers, and PLIMSOLL_DATABASE_URL is not set.', {
      exitCode: exitCodes.usage,
      fix: 'Set it to postgres://…; with SQLite `plimsoll serve` does all the work itself.',
    });
  }
  keepHeapSmall();
  const { startWorker } = await import('../main.ts'); // loaded here: no other command needs the whole server
  const running = await startWorker(config, createLog(config.logLevel, terminal));
  try {
    terminal.out('Plimsoll works on jobs of the database.\n');
    if (running.url) terminal.out(`/healthz, /readyz and /metrics are at ${running.url}\n`);
    terminal.note('Press Ctrl-C to stop.\n');
    if (!signal.aborted) await Promise.race([once(signal, 'abort'), running.failed]);
    terminal.note('Stopping.\n');
  } finally {
    await running.stop();
  }
}
