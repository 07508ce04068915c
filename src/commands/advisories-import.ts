import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { type AdvisoryFeeds, runAdvisoriesUpdate } from './run-advisories-update.ts';

const KEV_FILE = 'known_exploited_vulnerabilities.json';
const EPSS_FILE = 'epss_scores-current.csv.gz';

interface ImportOptions {
  readonly kev?: string;
  readonly epss?: string;
}

export function defineAdvisoriesImport(parent: Command, context: CommandContext): void {
  parent
    .command('import')
    .description('take the advisories from a folder, where there is no internet')
    .argument('<folder>', 'holds <Ecosystem>/all.zip, or a folder osv/ that does')
    .option('--kev <file>', `CISA's ${KEV_FILE}; looked for in the folder when not given`)
    .option('--epss <file>', `FIRST's ${EPSS_FILE}; looked for in the folder when not given`)
    .addHelpText('after', '\nExample:\n  plimsoll advisories import /media/usb/feeds')
    .action(async (folder: string, options: ImportOptions) => {
      const feeds = findFeeds(resolve(folder), options);
      if (!feeds.kevUrl) context.terminal.note(`No ${KEV_FILE} given: nothing will be marked as exploited.\n`);
      await runAdvisoriesUpdate(context, feeds);
    });
}

function findFeeds(folder: string, { kev, epss }: ImportOptions): AdvisoryFeeds {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    const fix = 'Name the folder that holds <Ecosystem>/all.zip.';
    throw new CommandFailure(`There is no folder ${folder}.`, { exitCode: exitCodes.usage, fix });
  }
  const nested = join(folder, 'osv');
  const osvUrl = pathToFileURL(existsSync(nested) ? nested : folder).href;
  const kevUrl = findFile(kev, [join(folder, 'kev', KEV_FILE), join(folder, KEV_FILE)], `Name CISA's ${KEV_FILE}.`);
  const epssUrl = findFile(
    epss,
    [join(folder, 'epss', EPSS_FILE), join(folder, EPSS_FILE)],
    `Name FIRST's ${EPSS_FILE}.`,
  );
  return { osvUrl, ...(kevUrl ? { kevUrl } : {}), ...(epssUrl ? { epssUrl } : {}) };
}

/** The file that was named, which must be there, or the first of the usual ones that is. */
function findFile(named: string | undefined, usual: readonly string[], fix: string): string | undefined {
  const found = (named === undefined ? usual : [resolve(named)]).find((path) => existsSync(path));
  if (named === undefined || found) return found && pathToFileURL(found).href;
  throw new CommandFailure(`There is no file ${named}.`, { exitCode: exitCodes.usage, fix });
}
