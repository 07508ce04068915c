import { setTimeout as sleep } from 'node:timers/promises';

const INTERVAL_MS = 500;

/** Asks again and again until `ask` answers something; rejects with an AbortError when the signal comes first. */
export async function poll<T>(ask: () => Promise<T | undefined>, signal: AbortSignal): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(INTERVAL_MS, undefined, { signal });
  }
}
