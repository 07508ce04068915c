import type { Readable } from 'node:stream';
import type { Cause } from '../model/cause.ts';

/** What a path test may see. */
export interface FileStat {
  /** Normalised, relative to the root, without a leading slash: `usr/lib/os-release`. */
  readonly path: string;
  readonly size: number;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  /** Owner by number; absent where only a name of the file is at hand, as for what a hard link leads to. */
  readonly uid?: number;
  readonly gid?: number;
  /** Which of root's rights a program gets: the names of the Linux capabilities it may have, such as `sys_admin`. */
  readonly capabilities?: readonly string[];
}

/** One entry of a layer, in tar order. A file's body is gone once the next entry has been taken. */
export type LayerEntry =
  | FileEntry
  /** A link now lies where something of a lower layer may have been. A hard link's `target` is normalised like a path. */
  | { readonly type: 'link'; readonly path: string; readonly target: string; readonly hard: boolean }
  | { readonly type: 'directory'; readonly path: string; readonly stat: FileStat }
  /** Something that is there but cannot be read as a file: a device, a fifo, a sparse file; `what` names it, `hasContent`: bytes that stay unseen. */
  | { readonly type: 'irregular'; readonly path: string; readonly what: string; readonly hasContent: boolean }
  /** `.wh.<name>` */
  | { readonly type: 'whiteout'; readonly path: string }
  /** `.wh..wh..opq` */
  | { readonly type: 'opaque'; readonly path: string }
  /** An entry that must not be used; `path` as it was written, shortened. */
  | { readonly type: 'problem'; readonly path: string; readonly cause: Cause; readonly message: string };

export interface FileEntry {
  readonly type: 'file';
  readonly stat: FileStat;
  /** Where the body starts in the uncompressed archive. */
  readonly offset: number;
  /** The body as a stream; read it, destroy it or leave it: an untouched body is skipped. */
  readonly content: Readable;
  /** The whole body at once; check `stat.size` first. Valid until the next entry is taken. `seen` is shown it as it comes. */
  bytes(seen?: (part: Uint8Array) => void | Promise<void>): Promise<Uint8Array>;
  /** The whole body when it is at hand, else undefined; a view, valid until the next entry is taken. */
  bytesNow(): Uint8Array | undefined;
  /** The body in parts; each a view, valid until the next is taken. */
  parts(): AsyncGenerator<Uint8Array, void>;
  /** At most `length` bytes from where the body has been read to; they stay there to be read. */
  head(length: number): Promise<Uint8Array>;
}

/** Bounds on one layer. Crossing one of the first four cuts the walk, and what came before is kept; the others cost a path or a file. */
export interface LayerLimits {
  readonly maxCompressedBytes: number;
  readonly maxUncompressedBytes: number;
  readonly maxEntries: number;
  /** Uncompressed per compressed byte, once more than 16 MiB came out. */
  readonly maxRatio: number;
  readonly maxPathBytes: number;
  /** Largest file an analyzer may hold in memory. */
  readonly maxFileBytes: number;
  /** Archives in archives, the outermost counted. */
  readonly maxNesting: number;
}

export const defaultLayerLimits: LayerLimits = {
  maxCompressedBytes: 16 * 1024 ** 3,
  maxUncompressedBytes: 64 * 1024 ** 3,
  maxEntries: 4_000_000,
  maxRatio: 1_000,
  maxPathBytes: 4_096,
  maxFileBytes: 256 * 1024 ** 2,
  maxNesting: 5,
};
