import { TaskState } from './api-answers.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import type { Api } from './connect-api.ts';
import { countOf } from './output/count-of.ts';
import { createProgressBar } from './output/progress-bar.ts';
import { poll } from './poll.ts';

const unfinished = ['SCANNING', 'NOT_SCAN'];

/** Follows a scan task to its end; throws when it did not get there, or not with every image. */
export async function waitForTask(context: CommandContext, api: Api, id: number): Promise<void> {
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
  context.terminal.note('Next: plimsoll image list\n');
}

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
