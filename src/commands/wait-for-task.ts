import { type ScanKind, scanKinds } from '../model/scan.ts';
import { ImageList, TaskState } from './api-answers.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import type { Api } from './connect-api.ts';
import { countOf } from './output/count-of.ts';
import { createProgressBar } from './output/progress-bar.ts';
import { poll } from './poll.ts';
import { readAllPages } from './read-pages.ts';

const unfinished = ['SCANNING', 'NOT_SCAN'];

/**
 * Follows a scan task to its end; throws when it did not get there, or not with every image and every one of `kinds`, which
 * it looks for.
 */
export async function waitForTask(
  context: CommandContext,
  api: Api,
  id: number,
  kinds: readonly ScanKind[] = scanKinds,
): Promise<void> {
  const bar = createProgressBar(context.terminal, `task ${id}`);
  const state = await poll(async () => {
    const now = await taskState(api, id);
    const left = now.ScanRemainTime > 0 ? `, about ${now.ScanRemainTime} s left` : '';
    bar.update(now.Schedule, 100, `${now.ImageScanCnt} of ${countOf(now.ImageTotal, 'image')}${left}`);
    return unfinished.includes(now.Status) ? undefined : now;
  }, context.signal)
    .finally(() => bar.stop())
    .catch((error: unknown) => {
      if (context.signal.aborted)
        context.terminal.note(
          `The task goes on. \`plimsoll task status ${id} --wait\`, or \`plimsoll task stop ${id}\`.\n`,
        );
      throw error;
    });

  if (state.Status !== 'SCANNED')
    throw new CommandFailure(`Task ${id} is ${taskWord(state.Status)}. ${describeTask(state)}`);
  context.terminal.out(`Task ${id} is done. ${describeTask(state)}\n`);
  const failed = failedOf(state);
  if (failed > 0) {
    throw new CommandFailure(`Nobody can say whether ${countOf(failed, 'image is', 'images are')} safe.`, {
      exitCode: exitCodes.incomplete,
      fix: '`plimsoll image list --status failed` says which, why, and what to do.',
    });
  }
  const unknown = await unknownKinds(api, state, kinds);
  if (unknown.length > 0) {
    throw new CommandFailure(`Not everything is known: ${unknown.join(', ')}.`, {
      exitCode: exitCodes.incomplete,
      fix: '`plimsoll image list` says why and what to do.',
    });
  }
  context.terminal.note('Next: plimsoll image list\n');
}

/** An image is scanned when one kind is; which kinds are unknown of how many images of the task: `malware of 3 images`. */
async function unknownKinds(api: Api, state: TaskState, kinds: readonly ScanKind[]): Promise<readonly string[]> {
  // Of a large task the server names only some images: then all that it has count.
  const ofTask = state.ImageStatus.length < state.ImageTotal ? undefined : new Set(state.ImageStatus.map(nameOf));
  const unknown: string[] = [];
  for (const kind of kinds) {
    const Filters = [{ Name: statusFilters[kind], Values: ['SCAN_ERR'] }];
    const rows = await readAllPages((page) =>
      api.call('DescribeAssetImageRegistryList', { ...page, Filters }, ImageList),
    );
    const count = rows.filter((row) => ofTask === undefined || ofTask.has(nameOf(row))).length;
    if (count > 0) unknown.push(`${kindWords[kind]} of ${countOf(count, 'image')}`);
  }
  return unknown;
}

const statusFilters: Readonly<Record<ScanKind, string>> = {
  vulnerability: 'CveStatus',
  malware: 'VirusStatus',
  risk: 'RiskStatus',
};
const kindWords: Readonly<Record<ScanKind, string>> = {
  vulnerability: 'vulnerabilities',
  malware: 'malware',
  risk: 'risks',
};

interface NamedImage {
  readonly ImageId: string;
  readonly ImageRepoAddress: string;
  readonly ImageTag: string;
}

const nameOf = ({ ImageId, ImageRepoAddress, ImageTag }: NamedImage): string =>
  JSON.stringify([ImageRepoAddress, ImageTag, ImageId]);

const words: Readonly<Record<string, string>> = {
  NOT_SCAN: 'waiting',
  SCANNING: 'running',
  SCANNED: 'finished',
  CANCELED: 'canceled',
  SCAN_TIMEOUT: 'out of time',
  SCAN_ERR: 'failed',
};
export const taskWord = (status: string): string => words[status] ?? status;

export const taskState = (api: Api, id: number): Promise<TaskState> =>
  api.call('DescribeAssetImageRegistryScanStatusOneKey', { TaskID: id }, TaskState);

/** `9 images: 8 scanned, 1 failed; 7 at risk.` */
export function describeTask(state: TaskState): string {
  const failed = failedOf(state);
  const parts = [`${state.SuccessCount} scanned`, ...(failed > 0 ? [`${failed} failed`] : [])];
  return `${countOf(state.ImageTotal, 'image')}: ${parts.join(', ')}; ${state.RiskCount} at risk.`;
}

/** Images that the task has ended with and that nothing is known about. */
const failedOf = (state: TaskState): number => state.ImageScanCnt - state.SuccessCount;
