import type { Cause } from './cause.ts';

/** What a scan looks for. */
export const scanKinds = ['vulnerability', 'malware', 'risk'] as const;
export type ScanKind = (typeof scanKinds)[number];

export const scanStatuses = ['not-scanned', 'scanning', 'scanned', 'failed', 'canceled'] as const;
export type ScanStatus = (typeof scanStatuses)[number];

/** State of one kind of scan of one image. */
export interface KindState {
  readonly status: ScanStatus;
  /** Whole percent, 0–100; 100 means finished trying. */
  readonly progress: number;
  /** Why it failed, or why its result is only partial. */
  readonly cause?: Cause;
}

/** Of a kind that nothing has looked for. */
export const notScanned: KindState = { status: 'not-scanned', progress: 0 };

/** The precomputed security state of an artifact; an absent count is unknown, never zero. */
export interface Summary {
  readonly vulnerability: KindState;
  readonly malware: KindState;
  readonly risk: KindState;
  readonly scannedAt?: Date;
  readonly osName: string;
  readonly vulnerabilities?: number;
  readonly critical?: number;
  readonly high?: number;
  readonly medium?: number;
  readonly low?: number;
  readonly malwareFiles?: number;
  readonly risks?: number;
  readonly secrets?: number;
  readonly packages?: number;
  /** A fix exists and the severity is critical or high, or it is known to be exploited; absent = unknown. */
  readonly needsFix?: boolean;
  /** Vulnerabilities that ignore rules leave out of the counts above; absent = none. */
  readonly ignored?: number;
  /** What exactly could not be known of the vulnerabilities, or what failed for every kind: one line for people. */
  readonly detail: string;
  /** The same of malware and of risks. */
  readonly malwareDetail?: string;
  readonly riskDetail?: string;
}

export type TaskStatus = 'queued' | 'running' | 'finished' | 'canceled' | 'timed-out';
