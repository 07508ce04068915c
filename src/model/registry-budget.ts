/** So much in so long a time. */
export interface Allowance {
  /** Requests or bytes. */
  readonly amount: number;
  readonly windowMs: number;
}

/** What people allow us to ask of a registry; absent: no limit of ours. */
export interface RegistryLimits {
  readonly requests?: Allowance;
  readonly bytes?: Allowance;
  /** Requests under way at once, per process. */
  readonly concurrency?: number;
}

/** `requests` and `bytes` as people allow them, `told` as the registry says, `closed` as it asked us to wait. */
export const budgetKinds = ['requests', 'bytes', 'told', 'closed'] as const;
export type BudgetKind = (typeof budgetKinds)[number];

/** What is left of one budget of a registry. */
export interface BudgetState {
  readonly kind: BudgetKind;
  /** Of one window; absent: unknown. */
  readonly allowance?: number;
  readonly windowMs?: number;
  /** Not yet drawn by any process; 0 where there is nothing left. */
  readonly remaining: number;
  /** When the window opens, or when to find out whether it has. */
  readonly opensAt: Date;
  /** Nobody knows when the window opens: one request finds out at `opensAt`. */
  readonly probe: boolean;
}

/** A registry that is asked for nothing before a time. */
export interface ClosedRegistry {
  readonly registryId: number;
  readonly kind: BudgetKind;
  readonly until: Date;
}

/** What a registry says about its rate limit in an answer. */
export interface ToldLimit {
  readonly remaining: number;
  readonly limit?: number;
  readonly windowMs?: number;
  readonly resetsAt?: Date;
}

const kindWords: Readonly<Record<BudgetKind, string>> = {
  requests: 'the requests allowed in this window are made',
  bytes: 'the bytes allowed in this window are fetched',
  told: 'the registry says that its rate limit is used up',
  closed: 'the registry asked to wait',
};

/** `the registry asked to wait; next try at 2026-11-25T10:00:00Z`. */
export function describeClosed({ kind, until }: Pick<ClosedRegistry, 'kind' | 'until'>): string {
  return `${kindWords[kind]}; next try at ${until.toISOString().slice(0, 19)}Z`;
}

/** A process draws so small a part of an allowance at once: the store tells by it what others may have drawn. */
export const DRAWS_PER_WINDOW = 32;
