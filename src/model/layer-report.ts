import type { Cause } from './cause.ts';
import type { Digest } from './digest.ts';
import type { Package, PackageOwner } from './package.ts';
import type { FileSecret } from './secret.ts';
import type { SettingFinding } from './setting-finding.ts';

/** One thing an analyzer saw in one file. */
export type Finding =
  | { readonly kind: 'os'; readonly family: string; readonly release: string; readonly name: string }
  | { readonly kind: 'apk-repositories'; readonly releases: readonly string[] }
  /** `inside`: where in the file, when that is an archive: `WEB-INF/lib/a.jar`. */
  | { readonly kind: 'package'; readonly package: Package; readonly inside?: string }
  /** Files that a package of the operating system installed, of those that some analyzer wants. */
  | { readonly kind: 'ownership'; readonly owner: PackageOwner; readonly paths: readonly string[] };

/** A file that an analyzer wanted and could not read to its end. */
export interface Problem {
  readonly path: string;
  readonly analyzer: string;
  readonly cause: Cause;
  readonly message: string;
}

/** What one layer holds, whoever shares it. Plain JSON: it is stored and sent between threads. */
export interface LayerReport {
  /** Digest of the blob as the registry names it. */
  readonly digest: Digest;
  /** Digest of the uncompressed tar, to be compared with the config's `rootfs.diff_ids`; absent where a limit cut the walk. */
  readonly diffId?: Digest;
  /** A limit cut the walk before the blob could be checked against its digest: not to be kept for, or shared with, others. */
  readonly unverified?: true;
  /** Every wanted path with its findings, also where there are none: an upper layer erases what it overwrites. */
  readonly files: Readonly<Record<string, readonly Finding[]>>;
  /** Whiteouts, and paths that became a link or another thing where lower layers may have had something. */
  readonly removed: readonly string[];
  /** Directories where a lower layer may have had a file: they take its place, not that of what lies below. */
  readonly directories: readonly string[];
  /** Opaque directories. */
  readonly emptied: readonly string[];
  /** Everywhere in the layer, whoever owns the file. */
  readonly secrets: readonly FileSecret[];
  readonly settings: readonly { readonly path: string; readonly finding: SettingFinding }[];
  readonly problems: readonly Problem[];
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
  readonly entries: number;
}
