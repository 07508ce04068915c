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
    if (!(error instanceof DistributionError) || error.status !== 404) throw error;
    const message = `${redactUrl(url)} does not exist there (404). Check the address of the registry.`;
    throw new DistributionError('not-a-registry', message, {
      method: 'GET',
      url: error.url,
      status: 404,
      cause: error,
    });
  }
}
