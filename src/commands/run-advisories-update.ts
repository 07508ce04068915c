import { type UpdateProgress, type UpdateResult, updateAdvisories } from '../advisories/update.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { createProgressBar, type ProgressBar } from './output/progress-bar.ts';
import { printable } from './output/table.ts';
import { formatBytes } from './output/units.ts';

/** Where to read: see `UpdateAdvisoriesOptions`. */
export interface AdvisoryFeeds {
  readonly osvUrl: string;
  readonly kevUrl?: string;
}

const RECORDS_SHOWN = 10;

/** Updates the data folder's advisories from these feeds and says what came of it; throws when a feed could not be had. */
export async function runAdvisoriesUpdate(context: CommandContext, feeds: AdvisoryFeeds): Promise<void> {
  const bar = createProgressBar(context.terminal, 'advisories');
  const options = { ...feeds, dataDir: context.config().dataDir, now: context.now };
  const result = await updateAdvisories({ ...options, onProgress: (at) => draw(bar, at) }, context.signal).finally(() =>
    bar.stop(),
  );
  report(context, result);
}

function report({ terminal }: CommandContext, { changed, snapshot, problems }: UpdateResult): void {
  const content = `${snapshot.advisories} advisories for ${snapshot.namespaces.length} systems and ecosystems, ${snapshot.exploited} known to be exploited`;
  terminal.out(`Advisories ${changed ? 'are updated' : 'have not changed'}: ${content}.\n`);

  const records = problems.filter((problem) => problem.record !== undefined);
  for (const { feed, record, message } of records.slice(0, RECORDS_SHOWN)) {
    terminal.note(printable(`${feed}: ${record} is left out: ${message}`).concat('\n'));
  }
  if (records.length > RECORDS_SHOWN) terminal.note(`and ${records.length - RECORDS_SHOWN} more records\n`);

  const failed = problems.filter((problem) => problem.record === undefined);
  if (failed.length === 0) return;
  const lines = failed.map(({ feed, message }) => printable(`${feed}: ${message}`));
  throw new CommandFailure(
    `Not every feed could be read; what was there before stays in use.\n  ${lines.join('\n  ')}`,
    {
      exitCode: exitCodes.incomplete,
      fix: 'Run the command again, or import a folder: plimsoll advisories import <folder>',
    },
  );
}

function draw(bar: ProgressBar, at: UpdateProgress): void {
  if (at.step === 'waiting') bar.update(0, 1, 'waiting for another update');
  else if (at.step === 'download') bar.update(at.bytes, at.total ?? at.bytes, `${at.feed} ${formatBytes(at.bytes)}`);
  else bar.update(0, 1, `${at.feed} ${at.records} records`);
}
