import type { Cause } from './cause.ts';

/** What is tried of a registry, in this order; what cannot be tried after a failure is skipped. */
export const probeStages = ['name', 'address', 'tls', '/v2/', 'token', 'catalog', 'tags', 'manifest', 'blob'] as const;
export type ProbeStage = (typeof probeStages)[number];

/** What came of one stage. */
export interface StageResult {
  readonly stage: ProbeStage;
  readonly status: 'ok' | 'failed' | 'skipped';
  /** Absent: it was not tried. */
  readonly milliseconds?: number;
  /** Of a failure. */
  readonly cause?: Cause;
  /** What exactly was seen or failed, in English; '' when there is nothing to say. */
  readonly detail: string;
}

/** What keeps parts of a registry out of sight although it answers. */
export const blindSpots = [
  'catalog-empty',
  'projects-denied',
  'no-delete-events',
  'clock-skew',
  'certificate-expiring',
  'certificate-unverified',
  'account-unused',
] as const;
export type BlindSpotKind = (typeof blindSpots)[number];

export interface BlindSpot {
  readonly kind: BlindSpotKind;
  /** Which, or how much; '' when there is nothing to add. */
  readonly detail: string;
}

/** A registry tried step by step, as it was at one moment. */
export interface ConnectionReport {
  readonly checkedAt: Date;
  readonly stages: readonly StageResult[];
  readonly blindSpots: readonly BlindSpot[];
}

/** The first word of a connection, and why it failed. */
export type ConnectionVerdict =
  | { readonly status: 'connected' }
  | { readonly status: 'failed'; readonly cause: Cause; readonly message: string };
