import type { Digest } from './digest.ts';

/** One image that runs somewhere, as whoever runs it knows it. */
export interface RunningImage {
  /** Of its config, manifest or index: whatever is known, all of the same image. */
  readonly digests: readonly Digest[];
  /** As the containers name it; what it is found by when there is no digest. */
  readonly reference: string;
  /** `linux/arm64`; absent where nobody said. */
  readonly platform?: string;
  /** How many run, at least one. */
  readonly containers: number;
}

export interface LocatedRunningImage extends RunningImage {
  /** host[:port]/path and tag; absent where digests tell, or where the reference is none. */
  readonly location?: { readonly address: string; readonly tag: string };
}
