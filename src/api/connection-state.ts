import type { Cause } from '../model/cause.ts';
import type { Registry } from '../model/registry.ts';
import type { ClosedRegistry } from '../model/registry-budget.ts';
import type { Language } from './protocol/api-error.ts';
import { causeText, scanErrorCodes } from './scan-error-codes.ts';

/** ConnDetectStatus of a failure; the first two words are documented, the others follow their shape. */
const failureStatuses: Readonly<Partial<Record<Cause, string>>> = {
  'authentication-failed': 'status_auth_failed',
  'permission-denied': 'status_auth_failed',
  'certificate-invalid': 'status_cert_failed',
};

/**
 * One entry of ConnDetectDetail: the service itself (`backend`) is the only node that tests and scans. A registry whose budget
 * is spent is connected, and says so with the reason.
 */
export function connectionDetail(registry: Registry, closed: readonly ClosedRegistry[], language: Language) {
  const { connectionStatus, connectionCause } = registry;
  const waiting = closed.find(({ registryId }) => registryId === registry.id);
  if (waiting && connectionStatus !== 'failed') return waitingDetail(waiting.until, language);
  const connected = connectionStatus === 'connected';
  const failure = connectionStatus === 'failed' ? connectionCause : undefined;
  return {
    Quuid: 'backend',
    Uuid: 'backend',
    ConnDetectStatus: connected
      ? 'status_connected'
      : failure === undefined
        ? ''
        : (failureStatuses[failure] ?? 'status_unreachable'),
    ConnDetectMessage: connected ? 'success' : failure === undefined ? '' : scanErrorCodes[failure],
    FailReason: causeText(failure, 'reason', language),
    Solution: causeText(failure, 'solution', language),
  };
}

function waitingDetail(until: Date, language: Language) {
  const reason = causeText('budget-spent', 'reason', language);
  return {
    Quuid: 'backend',
    Uuid: 'backend',
    ConnDetectStatus: 'status_connected',
    ConnDetectMessage: scanErrorCodes['budget-spent'],
    FailReason: `${reason} (${until.toISOString().slice(0, 19)}Z)`,
    Solution: causeText('budget-spent', 'solution', language),
  };
}
