import { errors } from './protocol/errors.ts';

/** A year: beyond that it is a mistake, and with a clock added no longer a time. */
const MAX_TIMEOUT_SECONDS = 31_536_000;

/** Timeout in seconds; absent or 0 means none. @throws ApiError InvalidParameterValue */
export function toTimeout(seconds: number | undefined): { readonly timeoutSeconds?: number } {
  if (!seconds) return {};
  if (seconds <= MAX_TIMEOUT_SECONDS) return { timeoutSeconds: seconds };
  throw errors.invalidValue(
    'Timeout',
    String(seconds),
    `it must be at most ${MAX_TIMEOUT_SECONDS} seconds`,
    `不得超过 ${MAX_TIMEOUT_SECONDS} 秒`,
  );
}
