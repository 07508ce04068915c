import type { KindState, ScanStatus } from './scan.ts';

/**
 * One status over the kinds of scan: running while any runs; then scanned when at least one kind succeeded, failed
 * or canceled when none did. Kinds that were never asked for do not count.
 */
export function overallStatus(kinds: readonly KindState[]): ScanStatus {
  const asked = kinds.map((kind) => kind.status).filter((status) => status !== 'not-scanned');
  for (const status of ['scanning', 'scanned', 'failed', 'canceled'] as const)
    if (asked.includes(status)) return status;
  return 'not-scanned';
}

/** Mean over the kinds that were asked for, rounded down; a failed kind has finished trying and counts as 100. */
export function overallProgress(kinds: readonly KindState[]): number {
  const asked = kinds.filter((kind) => kind.status !== 'not-scanned');
  if (asked.length === 0) return 0;
  return Math.floor(
    asked.reduce((sum, kind) => sum + (kind.status === 'failed' ? 100 : kind.progress), 0) / asked.length,
  );
}
