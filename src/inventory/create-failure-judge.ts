import { AppError, causeOf } from '../model/app-error.ts';
import type { Cause } from '../model/cause.ts';
import type { RegistryClient } from '../registries/registry-client.ts';

/** Tells trouble in one place of a registry from trouble with the registry as a whole. */
export interface FailureJudge {
  /** Returns when the walk can go on beside this failure; throws it when it concerns the whole registry. */
  judge(error: unknown): Promise<void>;
  /** Something was read: a row of faults is over. */
  succeeded(): void;
  /** At the end of a walk: throws the last fault or refusal when there was one and nothing at all could be read. */
  finish(): void;
}

// Asking further would be useless or rude.
const fatalCauses: readonly Cause[] = ['budget-spent', 'canceled', 'disk-full', 'internal-error', 'rate-limited'];

// May mean the registry, or one repository that a proxy blocks or this account may not see: a ping tells.
const ambiguousCauses: readonly Cause[] = [
  'address-forbidden',
  'authentication-failed',
  'certificate-invalid',
  'connection-failed',
  'not-a-registry',
  'proxy-refused',
  'proxy-unreachable',
];

const refusals: readonly Cause[] = ['authentication-failed', 'permission-denied'];

// Each fault has been tried for a quarter of a minute before it gets here.
const MAX_FAULTS_IN_A_ROW = 25;

export function createFailureJudge(client: Pick<RegistryClient, 'ping'>, signal: AbortSignal): FailureJudge {
  let faultsInARow = 0;
  let anythingRead = false;
  let lastObstacle: AppError | undefined;

  async function isWholeRegistry(cause: Cause): Promise<boolean> {
    if (fatalCauses.includes(cause)) return true;
    if (!ambiguousCauses.includes(cause)) return false;
    try {
      await client.ping(signal);
      return false;
    } catch {
      return true;
    }
  }

  return {
    judge: async (error) => {
      if (signal.aborted || (await isWholeRegistry(causeOf(error)))) throw error;
      if (!(error instanceof AppError)) return;
      if (error.retryable || refusals.includes(error.code)) lastObstacle = error;
      if (!error.retryable) return;
      faultsInARow += 1;
      if (faultsInARow >= MAX_FAULTS_IN_A_ROW) throw error;
    },
    succeeded: () => {
      anythingRead = true;
      faultsInARow = 0;
    },
    finish: () => {
      if (lastObstacle && !anythingRead) throw lastObstacle;
    },
  };
}
