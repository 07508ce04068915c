import type { AdvisorySnapshot } from '../model/advisory.ts';
import type { Digest } from '../model/digest.ts';
import type { Inventory } from '../model/inventory.ts';
import type { EngineFailure, MalwareEngine, MalwareFile } from '../model/malware-file.ts';
import type { Risk } from '../model/risk.ts';
import type { ScanKind } from '../model/scan.ts';
import type { CoverageGap, MatchResult } from '../model/vulnerability.ts';

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
  /** What was looked for; of the others nothing is known. */
  readonly kinds: readonly ScanKind[];
  readonly risk?: RiskResult;
  readonly malware?: MalwareResult;
}

/** Risky settings and secrets of an image, worst first. */
export interface RiskResult {
  readonly risks: readonly Risk[];
  /** Not empty: what was found is a lower bound. */
  readonly gaps: readonly CoverageGap[];
  /** What rules leave out: kept and shown, never counted. Absent: nothing. */
  readonly suppressed?: readonly SuppressedRisk[];
}

/** A risk that does not count. */
export interface SuppressedRisk {
  readonly risk: Risk;
  /** For people: by which rule. */
  readonly detail: string;
}

/** Malicious files of an image, worst first. */
export interface MalwareResult {
  readonly files: readonly MalwareFile[];
  readonly engines: readonly MalwareEngine[];
  /** Not empty: what was found is a lower bound. */
  readonly failures: readonly EngineFailure[];
  /** What the engines work without, such as a rule file that does not compile. */
  readonly warnings: readonly EngineFailure[];
  /** What rules leave out: kept and shown, never counted. Absent: nothing. */
  readonly suppressed?: readonly SuppressedMalware[];
}

/** A malicious file that does not count. */
export interface SuppressedMalware {
  readonly file: MalwareFile;
  /** For people: by which rule. */
  readonly detail: string;
}

/** Progress of one scan: compressed bytes done of bytes known. */
export interface ScanProgress {
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Layers done (walked, or found stored) of all. */
  readonly layersDone: number;
  readonly layersTotal: number;
  /** Bytes done of `bytesTotal`, for each kind that is being looked for. */
  readonly kinds: Readonly<Partial<Record<ScanKind, number>>>;
  /** From base to top. */
  readonly layers: readonly { readonly digest: Digest; readonly bytesDone: number; readonly size: number }[];
}
