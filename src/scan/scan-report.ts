import type { AdvisorySnapshot } from '../model/advisory.ts';
import type { Digest } from '../model/digest.ts';
import type { Inventory } from '../model/inventory.ts';
import type { MatchResult } from '../model/vulnerability.ts';

/** Everything `plimsoll scan` can say about one image; also what the worker saves. */
export interface ScanReport extends MatchResult {
  /** As the user named it. */
  readonly reference: string;
  readonly platform: string;
  /** Absent for archives that carry no manifest. */
  readonly digest?: Digest;
  readonly imageId: Digest;
  readonly inventory: Inventory;
  readonly layers: readonly { readonly digest: Digest; readonly size: number }[];
  readonly snapshot?: AdvisorySnapshot;
}

/** Progress of one scan: compressed bytes done of bytes known. */
export interface ScanProgress {
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Layers done (walked, or found stored) of all. */
  readonly layersDone: number;
  readonly layersTotal: number;
}
