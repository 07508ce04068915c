import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { defaultEcosystems } from '../advisories/ask-feeds.ts';
import { ecosystemsInFolder } from '../advisories/ecosystems-in-folder.ts';
import { updateAdvisories } from '../advisories/update.ts';
import type { UpdateProgress, UpdateResult } from '../advisories/update-options.ts';
import { proxySettings } from '../config/network-policy.ts';
import { AppError } from '../model/app-error.ts';
import type { Cause } from '../model/cause.ts';
import { asSentence } from './as-sentence.ts';
import { adviceOf } from './command-advice.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { describeSnapshot } from './describe-snapshot.ts';
import { countOf } from './output/count-of.ts';
import { createProgressBar, type ProgressBar } from './output/progress-bar.ts';
import { printable } from './output/table.ts';
import { formatBytes } from './output/units.ts';

/** Where to read: see `UpdateAdvisoriesOptions`. */
export interface AdvisoryFeeds {
  readonly osvUrl: string;
  readonly kevUrl?: string;
  readonly epssUrl?: string;
}

const RECORDS_SHOWN = 10;
/** A person waits: without a network this ends within half a minute, where a server may take minutes. */
const RETRY_MS = 150;
const SENTENCE_END = /\.$/;
const MEND =
  'Check PLIMSOLL_ADVISORIES_URL and the network of this machine, or import a folder: plimsoll advisories import <folder>';

/**
 * Updates the data folder's advisories from these feeds and says what came of it; throws when a feed could not be had.
 * `more`: ecosystems beside the usual ones and those that are there already.
 */
export async function runAdvisoriesUpdate(
  context: CommandContext,
  feeds: AdvisoryFeeds,
  more: readonly string[] = [],
): Promise<void> {
  const config = context.config();
  const { dataDir, advisoriesKeep: keep } = config;
  await mkdir(dataDir, { recursive: true, mode: 0o700 }); // a server may come to keep its database there
  const ecosystems = wantedOf(feeds.osvUrl, more);
  const bar = createProgressBar(context.terminal, 'advisories');
  bar.update(0, 1, 'asking the feeds'); // without a network nothing else is heard for a while
  const options = { ...feeds, dataDir, keep, now: context.now, ecosystems, proxy: proxySettings(config) };
  const result = await updateAdvisories(
    { ...options, retryDelayMs: RETRY_MS, onProgress: (at) => draw(bar, at) },
    context.signal,
  )
    .catch(explain)
    .finally(() => bar.stop());
  report(context, result);
}

/** What says more than the usual advice. */
const OF_THE_MACHINE: readonly Cause[] = ['disk-full', 'proxy-refused', 'proxy-unreachable'];

function mendOf(causes: readonly Cause[]): string {
  const own = causes.find((cause) => OF_THE_MACHINE.includes(cause));
  return own ? adviceOf(own) : MEND;
}

function explain(error: unknown): never {
  if (!(error instanceof AppError) || error.code === 'canceled') throw error;
  throw new CommandFailure(`${asSentence(error.message).replace(SENTENCE_END, '')}.`, {
    fix: mendOf([error.code]),
    cause: error,
  });
}

/** What a folder holds, or what a bucket is asked for. */
function wantedOf(osvUrl: string, more: readonly string[]): readonly string[] {
  const copied = ecosystemsInFolder(osvUrl);
  if (copied?.length !== 0) return copied ?? [...defaultEcosystems, ...more];
  throw new CommandFailure(`There are no advisories in ${fileURLToPath(osvUrl)}.`, {
    fix: "Copy <Ecosystem>/all.zip of OSV.dev's bucket to there.",
  });
}

function report({ terminal }: CommandContext, { changed, snapshot, problems }: UpdateResult): void {
  const scope = `for ${countOf(snapshot.namespaces.length, 'system or ecosystem', 'systems and ecosystems')}`;
  const state = changed ? 'are updated' : 'have not changed';
  terminal.out(`Advisories ${scope} ${state}: ${describeSnapshot(snapshot)}.\n`);

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
      fix: mendOf(failed.map(({ cause }) => cause)),
    },
  );
}

function draw(bar: ProgressBar, at: UpdateProgress): void {
  if (at.step === 'waiting') bar.update(0, 1, 'waiting for another update');
  else if (at.step === 'download') bar.update(at.bytes, at.total ?? at.bytes, `${at.feed} ${formatBytes(at.bytes)}`);
  else bar.update(0, 1, `${at.feed} ${at.records} records`);
}
