import { SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.ts';

/** Progress on stderr; nothing at all where stderr is no terminal. */
export interface ProgressBar {
  /** `detail` is shown behind the bar: `3 of 9 images`. */
  update(done: number, total: number, detail: string): void;
  /** Takes the bar away. */
  stop(): void;
}

const BAR_CELLS = 30;

export function createProgressBar(terminal: Terminal, title: string): ProgressBar {
  if (!terminal.showsProgress) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format: `${title} [{bar}] {percentage}%  {detail}`,
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    barsize: BAR_CELLS,
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  });
  bar.start(1, 0, { detail: '' });
  return {
    update(done, total, detail) {
      bar.setTotal(Math.max(total, 1));
      bar.update(Math.min(done, Math.max(total, 1)), { detail });
    },
    stop: () => bar.stop(),
  };
}
