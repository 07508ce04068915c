import { causeOf } from '../../model/app-error.ts';
import { DistributionError } from './distribution-error.ts';
import type { Session } from './open-session.ts';
import { redactUrl } from './redact-url.ts';

/**
 * Checks that a registry answers at `/v2/` and accepts the credentials.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#determining-support
 */
export async function ping(session: Session, signal: AbortSignal): Promise<void> {
  const url = session.url('v2/');
  try {
    await session.read({ method: 'GET', url, scope: '' }, session.limits.errorBytes, signal);
  } catch (error) {
    const missing = error instanceof DistributionError && error.status === 404;
    // The answer of a registry is a few bytes.
    if (!missing && causeOf(error) !== 'limit-exceeded') throw error;
    const message = `${redactUrl(url)} is not the API of a registry. Check the address.`;
    throw new DistributionError('not-a-registry', message, { method: 'GET', url: redactUrl(url), cause: error });
  }
}
