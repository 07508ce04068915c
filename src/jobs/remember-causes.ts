import { causeOf } from '../model/app-error.ts';
import type { Cause } from '../model/cause.ts';

/** Why jobs ended without a result when this process last worked on them. */
export interface RememberedCauses {
  note(jobId: number, error: unknown): void;
  forget(jobId: number): void;
  /** `internal-error` where nobody knows better. */
  of(jobId: number): Cause;
}

/** Jobs that others have ended since are pushed out by newer ones. */
const MOST = 1_000;

export function rememberCauses(): RememberedCauses {
  const causes = new Map<number, Cause>();
  return {
    note: (jobId, error) => {
      causes.delete(jobId);
      causes.set(jobId, causeOf(error));
      const [oldest] = causes.keys();
      if (causes.size > MOST && oldest !== undefined) causes.delete(oldest);
    },
    forget: (jobId) => void causes.delete(jobId),
    of: (jobId) => causes.get(jobId) ?? 'internal-error',
  };
}
