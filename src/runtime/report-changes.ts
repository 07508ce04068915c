import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningImage } from '../model/running-image.ts';
import type { Bell } from './create-bell.ts';
import { BURST_MS, HEARTBEAT_MS } from './runtime-source.ts';

/** Reports what `read` finds: now, after each ring of the bell, and now and then. Ends by failing. */
export async function reportChanges(
  read: () => Promise<readonly RunningImage[]>,
  report: (images: readonly RunningImage[]) => Promise<void>,
  bell: Bell,
  signal: AbortSignal,
): Promise<never> {
  for (;;) {
    await report(await read());
    await bell.wait(HEARTBEAT_MS, signal);
    await sleep(BURST_MS, undefined, { signal });
  }
}
