import type { Cause } from './cause.ts';
import type { ConnectionReport } from './connection-report.ts';
import type { SyncChoice } from './sync-choice.ts';

/** What a registry type must be told to connect; `password` is in clear, so this never leaves the process. */
export interface RegistrySettings {
  readonly type: string;
  /** Base URL, `http(s)://host[:port][/path]`, without a trailing slash. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Skip the verification of the TLS certificate. */
  readonly insecure: boolean;
  /** Requests per second at most; 0 = no limit of ours. */
  readonly speedLimit: number;
  /** Of the vendor's, where the address does not tell it; absent, '' or `default` = it does. */
  readonly region?: string;
  /** Of the vendor's, where one account has several registries; absent or '' = the address tells it. */
  readonly instanceId?: string;
}

export type ConnectionStatus = 'connected' | 'failed' | 'unknown';
export type SyncStatus = 'never' | 'queued' | 'running' | 'succeeded' | 'failed';

/** What sync saw in a registry but did not list as an image, by reason. */
export type SkippedCounts = Readonly<Record<SkipReason, number>>;

export const skipReasons = [
  'attestation',
  'signature',
  'sbom',
  'chart',
  'artifact',
  'manifest-unsupported',
  'platform-unknown',
  'unreadable',
] as const;
/** Why a tag or an index entry is not an image row. */
export type SkipReason = (typeof skipReasons)[number];

/** A registry as stored; the password is only in `RegistrySettings`, asked for separately. */
export interface Registry {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly url: string;
  readonly username: string;
  readonly netType: string;
  readonly region: string;
  readonly version: string;
  readonly instanceId: string;
  readonly insecure: boolean;
  readonly speedLimit: number;
  /** 0 full, 1 incremental. */
  readonly syncMode: number;
  /** Authorise and scan new images after each sync. */
  readonly needScan: boolean;
  readonly webhookUrl: string;
  readonly createdAt: Date;
  readonly connectionStatus: ConnectionStatus;
  readonly connectionCause?: Cause;
  readonly connectionCheckedAt?: Date;
  /** What the last test saw step by step, while it still holds. */
  readonly connectionReport?: ConnectionReport;
  readonly syncStatus: SyncStatus;
  readonly syncCause?: Cause;
  /** What exactly failed, where: for the detail line under the reason. */
  readonly syncMessage: string;
  readonly syncedAt?: Date;
  /** Begin of a walk that waits for the registry, and then goes on. */
  readonly walkStartedAt?: Date;
  readonly skipped: Partial<SkippedCounts>;
  /** Absent: everything is looked at. */
  readonly syncChoice?: SyncChoice;
}
