import type { ToldLimit } from '../model/registry-budget.ts';

/** What a registry may count by itself: Docker Hub limits the GETs of manifests and nothing else. */
export type RequestKind = 'manifest' | 'head' | 'blob' | 'list';

/** What may be asked of one registry, shared with whoever else asks it. */
export interface RequestBudget {
  /** Before every request. @throws AppError `budget-spent` with `retryAt` when nothing may be asked before that time */
  take(kind: RequestKind, signal: AbortSignal): Promise<void>;
  /** What an answer said about the registry's own limit. */
  told(kind: RequestKind, limit: ToldLimit): void;
  /** The registry asked to be left alone until then. */
  closed(until: Date): void;
  /** Bytes of bodies that have arrived. */
  received(bytes: number): void;
  /** A blob is being read, until the returned function is called. */
  blobOpened(): () => void;
  /** Gives back what was drawn and not used. */
  close(): Promise<void>;
}
