import type { Cause } from './cause.ts';
import { isDiskFull } from './is-disk-full.ts';

/**
 * An expected failure: the world (a registry, an image, a feed, a person) did not do what we need.
 * `message` says what happened and where, for logs and details, and never holds a secret; `cause` keeps the
 * original error. Anything thrown that is not an AppError is a defect of ours.
 */
export class AppError extends Error {
  readonly code: Cause;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** Before this time it will not succeed. */
  readonly retryAt: Date | undefined;

  constructor(
    code: Cause,
    message: string,
    options: { cause?: unknown; retryable?: boolean; retryAt?: Date | undefined } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.retryAt = options.retryAt ?? (options.cause instanceof AppError ? options.cause.retryAt : undefined);
  }
}

/** The cause of any thrown value; `internal-error` for what nobody expected. */
export function causeOf(error: unknown): Cause {
  if (error instanceof AppError) return error.code;
  return isDiskFull(error) ? 'disk-full' : 'internal-error';
}
