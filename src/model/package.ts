import type { Digest } from './digest.ts';

/** One package as an analyzer found it. */
export interface Package {
  /** Key of `ecosystems/`: `deb`, `apk`, `rpm`, `npm`, `pypi`, `maven`, `golang`, `cargo`, `gem`, `composer`, `nuget` … */
  readonly ecosystem: string;
  readonly name: string;
  /** As installed, with epoch and revision where the scheme has them. */
  readonly version: string;
  readonly architecture?: string;
  /** The source package (deb) or origin (apk) that advisories are filed under, when it differs or is known. */
  readonly source?: { readonly name: string; readonly version: string };
  /** rpm: MODULARITYLABEL, `nodejs:12:8030020201124152102:229f0a1c`. */
  readonly modularity?: string;
  /** `lock`: a lock file names it, and nothing installed was seen. Absent: it is installed. */
  readonly evidence?: 'lock';
}

/** The package of the operating system that installed a file. */
export interface PackageOwner {
  readonly ecosystem: string;
  readonly name: string;
}

/** A package in the squashed image: where it lies and which layer brought it. */
export interface LocatedPackage extends Package {
  /** Absolute path without a leading slash of the file that declares it; inside an archive `app.war!/WEB-INF/lib/a.jar`. */
  readonly path: string;
  readonly layer: Digest;
  /** Of an application's package that came with one of the operating system, whose advisories speak for it. */
  readonly ownedBy?: PackageOwner;
}
