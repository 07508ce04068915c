import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { backupSqlite } from '../store/backup-sqlite.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { createProgressBar } from './output/progress-bar.ts';

export function defineStoreBackup(parent: Command, context: CommandContext): void {
  parent
    .command('backup')
    .description('copy the SQLite store into a file, while the server goes on')
    .argument('<file>', 'must not exist')
    .addHelpText(
      'after',
      `
Keep master.key of the data folder apart from it: the two together open registry passwords. PostgreSQL has pg_dump for this.
To restore, stop the server and put the file in the place of plimsoll.db; remove plimsoll.db-wal and plimsoll.db-shm.

Example:
  plimsoll store backup /backup/plimsoll-$(date +%F).db`,
    )
    .action((file: string) => backUp(resolve(file), context));
}

async function backUp(file: string, context: CommandContext): Promise<void> {
  const { databaseUrl, dataDir } = context.config({});
  if (databaseUrl !== undefined)
    throw new CommandFailure('PLIMSOLL_DATABASE_URL is set: PostgreSQL is backed up with its own tools.', {
      exitCode: exitCodes.usage,
      fix: 'pg_dump --format custom --file plimsoll.dump "$PLIMSOLL_DATABASE_URL"',
    });
  const path = join(dataDir, 'plimsoll.db');
  if (!existsSync(path))
    throw new CommandFailure(`There is no store in ${dataDir}.`, { fix: 'Name the data folder: --data-dir.' });
  if (existsSync(file))
    throw new CommandFailure(`${file} exists already.`, { fix: 'Name a new file.', exitCode: exitCodes.usage });
  const bar = createProgressBar(context.terminal, 'pages');
  try {
    await backupSqlite(path, file, (done, total) => bar.update(done, total, `${done} of ${total}`));
  } finally {
    bar.stop();
  }
  context.terminal.out(`The store is in ${file}.\n`);
}
