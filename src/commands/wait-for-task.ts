import { TaskState } from './api-answers.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import type { Api } from './connect-api.ts';
import { createProgressBar } from './output/progress-bar.ts';
import { poll } from './poll.ts';

const unfinished = ['SCANNING', 'NOT_SCAN'];

/** Follows a scan task to its end; throws when it did not get there. */
export async function waitForTask(context: CommandContext, api: Api, id: number): Promise<void> {
  const bar = createProgressBar(context.terminal, `task ${id}`);
  const state = await poll(async () => {
    const now = await taskState(api, id);
    const left = now.ScanRemainTime > 0 ? `, about ${now.ScanRemainTime} s left` : '';
    bar.update(now.Schedule, 100, `${now.ImageScanCnt} of ${now.ImageTotal} images${left}`);
    return unfinished.includes(now.Status) ? undefined : now;
  }, context.signal).finally(() => bar.stop());

  if (state.Status !== 'SCANNED')
    throw new CommandFailure(`Task ${id} is ${taskWord(state.Status)}: ${describeTask(state)}`);
  context.terminal.out(`Task ${id} is done: ${describeTask(state)}\n`);
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

/** `9 images, 8 scanned, 5 at risk.` */
export function describeTask(state: TaskState): string {
  const failed = state.ImageScanCnt - state.SuccessCount;
  const missed = failed > 0 ? `, ${failed} not` : '';
  return `${state.ImageTotal} images, ${state.SuccessCount} scanned${missed}, ${state.RiskCount} at risk.`;
}
