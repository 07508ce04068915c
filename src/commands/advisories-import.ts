import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { type AdvisoryFeeds, runAdvisoriesUpdate } from './run-advisories-update.ts';

const KEV_FILE = 'known_exploited_vulnerabilities.json';

export function defineAdvisoriesImport(parent: Command, context: CommandContext): void {
  parent
    .command('import')
    .description('take the advisories from a folder, where there is no internet')
    .argument('<folder>', 'holds <Ecosystem>/all.zip, or a folder osv/ that does')
    .option('--kev <file>', `CISA's ${KEV_FILE}; looked for in the folder when not given`)
    .addHelpText('after', '\nExample:\n  plimsoll advisories import /media/usb/feeds')
    .action(async (folder: string, options: { readonly kev?: string }) => {
      const feeds = findFeeds(resolve(folder), options.kev);
      if (!feeds.kevUrl) context.terminal.note(`No ${KEV_FILE} given: nothing will be marked as exploited.\n`);
      await runAdvisoriesUpdate(context, feeds);
    });
}

function findFeeds(folder: string, kev: string | undefined): AdvisoryFeeds {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    const fix = 'Name the folder that holds <Ecosystem>/all.zip.';
    throw new CommandFailure(`There is no folder ${folder}.`, { exitCode: exitCodes.usage, fix });
  }
  const nested = join(folder, 'osv');
  const osvUrl = pathToFileURL(existsSync(nested) ? nested : folder).href;
  const candidates = kev === undefined ? [join(folder, 'kev', KEV_FILE), join(folder, KEV_FILE)] : [resolve(kev)];
  const found = candidates.find((path) => existsSync(path));
  if (kev !== undefined && !found) {
    throw new CommandFailure(`There is no file ${kev}.`, {
      exitCode: exitCodes.usage,
      fix: `Name CISA's ${KEV_FILE}.`,
    });
  }
  return { osvUrl, ...(found ? { kevUrl: pathToFileURL(found).href } : {}) };
}
