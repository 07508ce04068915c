import type { Readable } from 'node:stream';
import type { Digest } from '../model/digest.ts';
import type { OciImageConfig } from '../oci/parse-config.ts';

/** Where the config and the layers of one image come from: a registry, an archive, a folder. */
export interface ImageSource {
  config(signal: AbortSignal): Promise<OciImageConfig>;
  /** From base to top. */
  readonly layers: readonly LayerSource[];
}

export interface LayerSource {
  readonly digest: Digest;
  /** Compressed bytes as the manifest says. */
  readonly size: number;
  /** Digest of the uncompressed tar as the config says; checked when given. */
  readonly diffId?: Digest;
  /** Nobody else holds what the stream gives: its reader may give the memory of each chunk back. */
  readonly ownsChunks?: true;
  /** Opens the blob; the reader destroys it. */
  open(signal: AbortSignal): Promise<Readable>;
}

/** An image found and ready to be read, wherever it is. */
export interface FoundImage {
  readonly source: ImageSource;
  readonly platform: string;
  /** GOOS of the config. */
  readonly os: string;
  /** Absent for archives that carry no manifest. */
  readonly digest?: Digest;
  readonly imageId: Digest;
  /** Closes what reading it needs. */
  close(): Promise<void>;
}
