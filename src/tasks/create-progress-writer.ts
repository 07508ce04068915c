import type { ScanKind } from '../model/scan.ts';
import type { ScanProgress } from '../scan/scan-report.ts';

/** Writes progress now and then: every chunk would be a commit. */
export interface ProgressWriter {
  report(progress: ScanProgress): void;
  /** Waits for the last write. */
  end(): Promise<void>;
}

const EVERY_MS = 500;

type Percents = Readonly<Partial<Record<ScanKind, number>>>;

/** `write` gets whole percent of each kind (99 at most: 100 is for the result) and remaining seconds from the speed so far. */
export function createProgressWriter(
  write: (percents: Percents, remainingSeconds: number) => Promise<void>,
  now: () => Date,
): ProgressWriter {
  const startedAt = now().getTime();
  let lastAt = 0;
  let last = '';
  let writing: Promise<void> = Promise.resolve();
  let busy = false;
  return {
    report: (progress) => {
      const at = now().getTime();
      if (busy || at - lastAt < EVERY_MS) return;
      const percents = percentsOf(progress);
      const said = JSON.stringify(percents);
      if (said === last) return;
      lastAt = at;
      last = said;
      busy = true;
      writing = write(percents, remainingSeconds(progress, at - startedAt))
        // Progress is a courtesy; the scan and its result must not fail over it.
        .catch(() => {})
        .finally(() => {
          busy = false;
        });
    },
    end: () => writing,
  };
}

function percentsOf({ kinds, bytesTotal }: ScanProgress): Percents {
  const percent = (bytes: number) => (bytesTotal === 0 ? 0 : Math.min(99, Math.floor((bytes / bytesTotal) * 100)));
  return Object.fromEntries(Object.entries(kinds).map(([kind, bytes]) => [kind, percent(bytes)]));
}

function remainingSeconds({ bytesDone, bytesTotal }: ScanProgress, milliseconds: number): number {
  const speed = bytesDone / Math.max(milliseconds, 1);
  return speed === 0 ? 0 : Math.max(1, Math.ceil((bytesTotal - bytesDone) / speed / 1000));
}
