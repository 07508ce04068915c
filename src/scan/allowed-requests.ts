import type { BudgetState, RegistryLimits } from '../model/registry-budget.ts';
import { timeOfWindows } from './estimate-time.ts';

export interface AllowedRequests {
  /** Of the requests that the registry or people allow in one window. */
  readonly shareOfLimit?: number;
  /** How many of those are left in this window. */
  readonly requestsLeft?: number;
}

/** How the cost compares with what may be asked, and how long windows make it wait. */
export function allowedRequests(
  cost: { readonly requests: number; readonly bytes: number },
  limits: RegistryLimits,
  states: readonly BudgetState[],
): AllowedRequests & { readonly waitMs: number } {
  const stateOf = (kind: BudgetState['kind']) => states.find((state) => state.kind === kind);
  const told = stateOf('told');
  const own = limits.requests;
  const limit = Math.min(told?.allowance ?? Number.POSITIVE_INFINITY, own?.amount ?? Number.POSITIVE_INFINITY);
  const left = Math.min(
    told?.remaining ?? Number.POSITIVE_INFINITY,
    own ? (stateOf('requests')?.remaining ?? own.amount) : Number.POSITIVE_INFINITY,
  );
  const toldAllowance =
    told?.allowance !== undefined && told.windowMs !== undefined
      ? { amount: told.allowance, windowMs: told.windowMs }
      : undefined;
  return {
    waitMs: Math.max(
      timeOfWindows(cost.requests, own, stateOf('requests')?.remaining),
      timeOfWindows(cost.requests, toldAllowance, told?.remaining),
      timeOfWindows(cost.bytes, limits.bytes, stateOf('bytes')?.remaining),
    ),
    ...(Number.isFinite(limit) ? { shareOfLimit: cost.requests / limit } : {}),
    ...(Number.isFinite(left) ? { requestsLeft: left } : {}),
  };
}
