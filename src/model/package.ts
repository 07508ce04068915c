import type { Digest } from './digest.ts';

/** One package as an analyzer found it. */
export interface Package {
  /** Key of `ecosystems/`: `deb`, `apk`, `npm`, `pypi`. */
  readonly ecosystem: string;
  readonly name: string;
  /** As installed, with epoch and revision where the scheme has them. */
  readonly version: string;
  readonly architecture?: string;
  /** The source package (deb) or origin (apk) that advisories are filed under, when it differs or is known. */
  readonly source?: { readonly name: string; readonly version: string };
}

/** A package in the squashed image: where it lies and which layer brought it. */
export interface LocatedPackage extends Package {
  /** Absolute path without a leading slash of the file that declares it. */
  readonly path: string;
  readonly layer: Digest;
}
