import type { WireResponse } from './create-transport.ts';
import { DistributionError } from './distribution-error.ts';

/** A 401 after a token was handed out means "you, but not this"; anonymous visitors are told to sign in instead. */
export function refineDenial(error: DistributionError, response: WireResponse, username: string): DistributionError {
  const challenge = response.header('www-authenticate') ?? '';
  const denied = challenge.includes('insufficient_scope') || error.codes.some(({ code }) => code === 'DENIED');
  if (error.status !== 401 || username === '' || !denied) return error;
  return new DistributionError('permission-denied', error.message, { ...error, status: 401, cause: error });
}
