import { AppError } from '../../model/app-error.ts';

/** What an aborted signal means: somebody canceled, or the time that the caller allowed is over. Never tried again here. */
export function abortError(signal: AbortSignal, what: string): AppError {
  const reason: unknown = signal.reason;
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return new AppError('connection-failed', `${what} took longer than allowed.`, { cause: reason, retryable: true });
  }
  return new AppError('canceled', `${what} was canceled.`, { cause: reason });
}
