import { type ServiceError, status } from '@grpc/grpc-js';
import { AppError } from '../../model/app-error.ts';

const MAX_MESSAGE = 300;

/** Says what went wrong between us and a runtime, and what mends it. */
export function toCriFailure(error: ServiceError, label: string, method: string): AppError {
  const why = reasonOf(error);
  const options = { retryable: true, cause: error };
  if (error.code === status.UNAVAILABLE) {
    const isForbidden = /\b(EACCES|EPERM)\b/.test(why);
    const advice = isForbidden
      ? 'Let the user of this server open the socket; docs/guides/what-runs.md says how.'
      : 'Does the runtime run, and is this the path of its socket?';
    return new AppError(
      isForbidden ? 'permission-denied' : 'connection-failed',
      `${label} cannot be reached: ${why}. ${advice}`,
      options,
    );
  }
  if (error.code === status.UNIMPLEMENTED)
    return new AppError(
      'connection-failed',
      `${label} does not speak CRI v1: ${why}. Where it is containerd, take cri out of disabled_plugins in its config.toml.`,
      options,
    );
  if (error.code === status.RESOURCE_EXHAUSTED)
    return new AppError('limit-exceeded', `${label} answered ${method} with more than is read: ${why}.`, options);
  return new AppError(
    'connection-failed',
    `${label} answered ${method} with ${status[error.code] ?? `code ${error.code}`}: ${why}`,
    options,
  );
}

/** Without what grpc-js puts around the error of the socket: words of its own, the time, how a name was resolved. */
function reasonOf({ details, message }: ServiceError): string {
  return (details || message || '')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replace('No connection established. Last error: ', '')
    .replace(/(?: \(\d{4}-[\dT:.-]+Z\))?\.? Resolution note: [^.]{0,200}\.?$/, '')
    .slice(0, MAX_MESSAGE);
}
