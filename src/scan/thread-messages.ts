import type { MessagePort } from 'node:worker_threads';
import type { AllowRule } from '../analyzers/secrets/allow-rule.ts';
import type { LayerLimits } from '../layers/layer-entry.ts';
import type { AdvisorySnapshot } from '../model/advisory.ts';
import type { Cause } from '../model/cause.ts';
import type { Digest } from '../model/digest.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Risk } from '../model/risk.ts';
import type { MatchResult } from '../model/vulnerability.ts';
import type { OciImageConfig } from '../oci/parse-config.ts';
import type { LayerReports, WalkedReports } from './create-layer-reports.ts';

/** How a layer is walked, and for which reports. */
export interface LayerWork extends WalkedReports {
  readonly limits: LayerLimits;
  /** The files to look at for malware; all when absent. */
  readonly only?: readonly string[];
}

/** What a scan thread is given when it starts. */
export interface ThreadData {
  /** To the malware engines; undefined where there are none. */
  readonly malware: MessagePort | undefined;
  readonly allowSecrets: readonly AllowRule[];
}

/** Work for a scan thread; everything about it travels over its own port. */
export type ThreadTask =
  | ({ readonly type: 'layer'; readonly port: MessagePort; readonly digest: Digest } & LayerWork)
  | { readonly type: 'config'; readonly port: MessagePort; readonly config: OciImageConfig }
  | {
      readonly type: 'match';
      readonly port: MessagePort;
      readonly inventory: Inventory;
      readonly advisoriesPath: string;
    };

/** To the thread. `chunk` is handed over, not copied. */
export type TaskInput =
  | { readonly type: 'chunk'; readonly chunk: Uint8Array }
  | { readonly type: 'end' }
  | { readonly type: 'abort'; readonly code: Cause; readonly message: string };

/** From the thread. `read` acknowledges compressed bytes: so many more may be sent. */
export type TaskOutput =
  | { readonly type: 'read'; readonly bytes: number }
  | { readonly type: 'layer'; readonly reports: LayerReports }
  | { readonly type: 'config'; readonly risks: readonly Risk[] }
  | { readonly type: 'match'; readonly result: MatchResult; readonly snapshot?: AdvisorySnapshot }
  | { readonly type: 'failed'; readonly code: Cause; readonly message: string; readonly retryable: boolean };
