import type { Allowance } from '../model/registry-budget.ts';
import type { Traffic } from '../store/registry-traffic.ts';

/** Less than this says nothing about the speed of a registry. */
const LEAST_BUSY_MS = 500;

/** Milliseconds that so many bytes take at the speed so far; undefined where there is none yet. */
export function timeOfTransfer(bytes: number, traffic: Traffic | undefined): number | undefined {
  if (bytes === 0) return 0;
  if (!traffic || traffic.busyMs < LEAST_BUSY_MS || traffic.bytes === 0) return undefined;
  return (bytes * traffic.busyMs) / traffic.bytes;
}

/** Milliseconds until the window opens in which the last of `needed` is allowed. */
export function timeOfWindows(needed: number, allowance: Allowance | undefined, remaining: number | undefined): number {
  if (!allowance) return 0;
  const later = needed - (remaining ?? allowance.amount);
  return later <= 0 ? 0 : Math.ceil(later / allowance.amount) * allowance.windowMs;
}
