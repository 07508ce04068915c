import type { Command } from 'commander';
import { Done, type RegistryRow } from './api-answers.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { type Api, connectApi } from './connect-api.ts';
import { estimateSyncs } from './estimate-syncs.ts';
import { findRegistries, listRegistries } from './find-registry.ts';
import { countOf } from './output/count-of.ts';
import { outputOption } from './output/print-list.ts';
import { createProgressBar } from './output/progress-bar.ts';
import { poll } from './poll.ts';
import { failureOf } from './registry-failure.ts';

interface SyncOptions {
  readonly all?: true;
  readonly wait?: true;
  readonly estimate?: true;
  readonly output: 'table' | 'json';
}

export function defineRegistrySync(parent: Command, context: CommandContext): void {
  parent
    .command('sync')
    .description('bring the list of images up to date')
    .argument('[names...]', 'names or ids of registries')
    .option('--all', 'every registry')
    .option('-w, --wait', 'wait until it is done')
    .option('--estimate', "start nothing; tell from this machine's database what it would ask for")
    .addOption(outputOption(['table', 'json']))
    .addHelpText(
      'after',
      `
A server lists every registry once a night by itself (PLIMSOLL_SYNC_EVERY). Pushed images are listed within seconds where the
registry sends its events (plimsoll registry webhook).

Examples:
  plimsoll registry sync staging --wait
  plimsoll registry sync --all`,
    )
    .action(async (names: readonly string[], options: SyncOptions) => {
      if (names.length === 0 && !options.all) {
        throw new CommandFailure('Which registries?', { exitCode: exitCodes.usage, fix: 'Name some, or give --all.' });
      }
      if (options.estimate) return estimateSyncs(context, options.all ? 'all' : names, options.output);
      const api = await connectApi(context);
      const registries = options.all ? await listRegistries(api) : await findRegistries(api, names);
      const ids = registries.map((row) => row.RegistryId);
      await api.call('SyncAssetImageRegistryAsset', options.all ? { All: true } : { RegistryIds: ids }, Done);
      if (options.wait) return waitForSync(context, api, ids);
      context.terminal.out(`Sync of ${registries.map((row) => row.Name).join(', ')} is under way.\n`);
      context.terminal.note('Next: plimsoll registry list, then plimsoll image list\n');
    });
}

async function waitForSync(context: CommandContext, api: Api, ids: readonly number[]): Promise<void> {
  const bar = createProgressBar(context.terminal, 'sync');
  const ended = await poll(async () => {
    const rows = (await listRegistries(api)).filter((row) => ids.includes(row.RegistryId));
    const finished = rows.filter((row) => row.SyncStatus === 'success' || row.SyncStatus === 'failed');
    bar.update(finished.length, rows.length, `${finished.length} of ${countOf(rows.length, 'registry', 'registries')}`);
    return finished.length === rows.length ? rows : undefined;
  }, context.signal)
    .finally(() => bar.stop())
    .catch((error: unknown) => {
      if (context.signal.aborted)
        context.terminal.note('The sync goes on. `plimsoll registry list` tells how it ends.\n');
      throw error;
    });

  const failed = ended.filter((row) => row.SyncStatus === 'failed');
  for (const row of ended)
    if (!failed.includes(row))
      context.terminal.out(`${row.Name} is in sync. ${row.SyncMessage}`.trimEnd().concat('\n'));
  if (failed.length > 0) throw new CommandFailure(`The sync failed.\n${failed.map(describe).join('\n')}`);
}

function describe(row: RegistryRow): string {
  const failure = failureOf(row);
  return `  ${row.Name}: ${failure?.message ?? 'The server does not say why.'}\n    fix: ${failure?.fix ?? 'See its log.'}`;
}
