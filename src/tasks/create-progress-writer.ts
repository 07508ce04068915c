import type { ScanProgress } from '../scan/scan-report.ts';

/** Writes progress now and then: every chunk would be a commit. */
export interface ProgressWriter {
  report(progress: ScanProgress): void;
  /** Waits for the last write. */
  end(): Promise<void>;
}

const EVERY_MS = 500;

/** `write` gets whole percent (99 at most: 100 is for the result) and remaining seconds from the speed so far. */
export function createProgressWriter(
  write: (percent: number, remainingSeconds: number) => Promise<void>,
  now: () => Date,
): ProgressWriter {
  const startedAt = now().getTime();
  let lastAt = 0;
  let lastPercent = -1;
  let writing: Promise<void> = Promise.resolve();
  let busy = false;
  return {
    report: ({ bytesDone, bytesTotal }) => {
      const at = now().getTime();
      const percent = bytesTotal === 0 ? 0 : Math.min(99, Math.floor((bytesDone / bytesTotal) * 100));
      if (busy || percent === lastPercent || at - lastAt < EVERY_MS) return;
      lastAt = at;
      lastPercent = percent;
      const speed = bytesDone / Math.max(at - startedAt, 1);
      const remaining = speed === 0 ? 0 : Math.max(1, Math.ceil((bytesTotal - bytesDone) / speed / 1000));
      busy = true;
      writing = write(percent, remaining)
        // Progress is a courtesy; the scan and its result must not fail over it.
        .catch(() => {})
        .finally(() => {
          busy = false;
        });
    },
    end: () => writing,
  };
}
