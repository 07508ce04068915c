import type { Cause } from '../../model/cause.ts';
import { DistributionError } from './distribution-error.ts';
import type { Session } from './open-session.ts';
import { redactUrl } from './redact-url.ts';

const OTHER_SERVER: readonly Cause[] = ['image-not-found', 'limit-exceeded'];

/**
 * Checks that a registry answers at `/v2/` and accepts the credentials.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#determining-support
 */
export async function ping(session: Session, signal: AbortSignal): Promise<void> {
  const url = session.url('v2/');
  try {
    await session.read({ method: 'GET', url, scope: '' }, session.limits.errorBytes, signal);
  } catch (error) {
    // The answer of a registry is a few bytes; that of its token server may fail as well, but says nothing about /v2/.
    const isOther = error instanceof DistributionError && OTHER_SERVER.includes(error.code);
    if (!isOther || error.url !== redactUrl(url)) throw error;
    const message = `${redactUrl(url)} is not the API of a registry. Check the address.`;
    throw new DistributionError('not-a-registry', message, { method: 'GET', url: redactUrl(url), cause: error });
  }
}
