import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { copyStore, StoreCopyRefused } from '../store/copy/copy-store.ts';
import { claimDataFolder } from './claim-data-folder.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { createProgressBar } from './output/progress-bar.ts';

interface Options {
  readonly from: string;
  readonly to: string;
}

export function defineStoreCopy(parent: Command, context: CommandContext): void {
  parent
    .command('copy')
    .description('copy everything from SQLite to PostgreSQL, or back, and compare it')
    .requiredOption('--from <database>', 'postgres://… or the path of plimsoll.db')
    .requiredOption('--to <database>', 'an empty one, or one that an interrupted copy has begun')
    .addHelpText(
      'after',
      `
Stop every server and worker first. The source is only read. What is interrupted goes on when it is started again.
The copy needs the master key of the source: secrets stay sealed.

Example:
  plimsoll store copy --from /var/lib/plimsoll/plimsoll.db --to postgres://plimsoll@db/plimsoll`,
    )
    .action((options: Options) => copy(options, context));
}

async function copy(options: Options, { terminal, signal }: CommandContext): Promise<void> {
  const [from, to] = [toUrl(options.from), toUrl(options.to)];
  if (from.startsWith('file:') && !existsSync(from.slice('file:'.length)))
    throw new CommandFailure(`There is no file ${options.from}.`, {
      exitCode: exitCodes.usage,
      fix: 'Name the path of plimsoll.db.',
    });
  using _source = await claim(from);
  using _target = await claim(to);
  const bar = createProgressBar(terminal, 'rows');
  try {
    const { tables, rows, replaced } = await copyStore({
      from,
      to,
      signal,
      onProgress: (progress) => bar.update(progress.rows, progress.total, progress.table),
    });
    bar.stop();
    terminal.out(`${rows} rows of ${tables.length} tables were copied and compared: nothing differs.\n`);
    for (const { table, column, rows: changed } of replaced)
      terminal.note(
        `${table}.${column}: in ${changed} rows the character NUL, which PostgreSQL cannot keep, became U+FFFD.\n`,
      );
    terminal.note('Start servers and workers with the same PLIMSOLL_MASTER_KEY (or master.key in the data folder).\n');
  } catch (error) {
    bar.stop();
    if (error instanceof StoreCopyRefused)
      throw new CommandFailure(`The store was not copied: ${error.message}.`, {
        fix: 'docs/guides/backup-and-move.md',
      });
    throw error;
  }
}

function toUrl(database: string): string {
  if (/^postgres(?:ql)?:\/\//.test(database)) return database;
  if (/^\w+:\/\//.test(database))
    throw new CommandFailure(`${database.split(':')[0]}: is no database that Plimsoll knows.`, {
      exitCode: exitCodes.usage,
      fix: 'Give postgres://… or the path of an SQLite file.',
    });
  return `file:${resolve(database.replace(/^file:/, ''))}`;
}

/** An SQLite file belongs to the server of its folder. */
async function claim(url: string): Promise<Disposable> {
  if (!url.startsWith('file:')) return { [Symbol.dispose]: () => {} };
  return claimDataFolder(dirname(url.slice('file:'.length)));
}
