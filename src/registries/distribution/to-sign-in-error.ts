import { DistributionError } from './distribution-error.ts';
import { isRetryableStatus } from './to-response-error.ts';

/** What a token server refused, told as the registry's refusal to sign us in; overload stays what it is. */
export function toSignInError(error: DistributionError, registry: URL): DistributionError {
  const { status } = error;
  if (status !== undefined && isRetryableStatus(status)) return error;
  const isUnclear = error.code === 'image-not-found' || error.code === 'registry-error';
  const code = isUnclear ? 'authentication-failed' : error.code;
  return new DistributionError(code, `Signing in to ${registry.host} failed: ${error.message}`, {
    method: error.method,
    url: error.url,
    codes: error.codes,
    cause: error,
    ...(status === undefined ? {} : { status }),
  });
}
