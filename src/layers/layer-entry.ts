import type { Readable } from 'node:stream';

/** What a path test may see. */
export interface FileStat {
  /** Normalised, relative to the root, without a leading slash: `usr/lib/os-release`. */
  readonly path: string;
  readonly size: number;
  readonly mode: number;
}

/** One entry of a layer, in tar order. `content` must be read or destroyed before the next entry is taken. */
export type LayerEntry =
  | { readonly type: 'file'; readonly stat: FileStat; readonly content: Readable }
  /** A link or a directory now lies where a file of a lower layer may have been. */
  | { readonly type: 'link'; readonly path: string; readonly target: string; readonly hard: boolean }
  | { readonly type: 'directory'; readonly path: string }
  /** `.wh.<name>` */
  | { readonly type: 'whiteout'; readonly path: string }
  /** `.wh..wh..opq` */
  | { readonly type: 'opaque'; readonly path: string };

/** Bounds on one layer; crossing one throws `limit-exceeded`, a broken stream `layer-corrupt`, a wrong hash `blob-corrupt`. */
export interface LayerLimits {
  readonly maxCompressedBytes: number;
  readonly maxUncompressedBytes: number;
  readonly maxEntries: number;
  /** Uncompressed per compressed byte, once more than 16 MiB came out. */
  readonly maxRatio: number;
  readonly maxPathBytes: number;
  /** Largest file an analyzer may hold in memory. */
  readonly maxFileBytes: number;
}

export const defaultLayerLimits: LayerLimits = {
  maxCompressedBytes: 16 * 1024 ** 3,
  maxUncompressedBytes: 64 * 1024 ** 3,
  maxEntries: 4_000_000,
  maxRatio: 1_000,
  maxPathBytes: 4_096,
  maxFileBytes: 256 * 1024 ** 2,
};
