import { AppError } from '../../model/app-error.ts';
import type { Cause } from '../../model/cause.ts';

/** One entry of the error body of the distribution spec: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
export interface RegistryErrorCode {
  readonly code: string;
  readonly message: string;
}

export interface DistributionErrorDetails {
  readonly method: string;
  /** Without user info and query. */
  readonly url: string;
  readonly status?: number;
  readonly codes?: readonly RegistryErrorCode[];
  /** How long the registry asked us to wait, milliseconds. */
  readonly retryAfterMs?: number;
  /** `ECONNRESET`, `CERT_HAS_EXPIRED` …, when no answer came. */
  readonly networkCode?: string;
  readonly retryable?: boolean;
  /** Before this time it answers the same. */
  readonly retryAt?: Date;
  readonly cause?: unknown;
}

/** A request that a registry, its token server or the network between did not fulfil. */
export class DistributionError extends AppError {
  readonly method: string;
  readonly url: string;
  readonly status: number | undefined;
  readonly codes: readonly RegistryErrorCode[];
  readonly retryAfterMs: number | undefined;
  readonly networkCode: string | undefined;

  constructor(code: Cause, message: string, details: DistributionErrorDetails) {
    super(code, message, { cause: details.cause, retryable: details.retryable ?? false, retryAt: details.retryAt });
    this.name = 'DistributionError';
    this.method = details.method;
    this.url = details.url;
    this.status = details.status;
    this.codes = details.codes ?? [];
    this.retryAfterMs = details.retryAfterMs;
    this.networkCode = details.networkCode;
  }
}
