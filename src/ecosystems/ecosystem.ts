import type { Advisory } from '../model/advisory.ts';
import type { OperatingSystem } from '../model/inventory.ts';
import type { Package } from '../model/package.ts';
import type { VersionScheme } from '../versions/version-scheme.ts';

/** A package ecosystem: how its versions compare and where its advisories are filed. */
export interface Ecosystem {
  /** `Package.ecosystem`. */
  readonly name: string;
  readonly versions: VersionScheme;
  /** purl type. */
  readonly purlType: string;
  /**
   * Namespaces whose advisories apply, such as `Debian:12` or `npm`; several for Alpine images with mixed
   * repositories. Empty when nobody publishes any for this system: an unknown, with cause `distribution-unknown`.
   */
  namespaces(os: OperatingSystem | undefined): readonly string[];
  /**
   * What to look up and compare: the source package and its version, or the normalised own name. `os` matters to rpm,
   * where each distribution files its advisories under the one or the other.
   */
  lookup(pkg: Package, os?: OperatingSystem): { readonly name: string; readonly version: string };
  /**
   * Under which of `namespaces` a feed's ecosystem is kept: Red Hat and SUSE publish for each repository and product what
   * concerns one system. Absent, or undefined: under its own name.
   */
  fileUnder?(namespace: string): string | undefined;
  /**
   * rpm: which of the advisories found for a package speak of its stream of modules (`nodejs:12`): a build of another
   * stream says nothing about it, whatever the version. Absent: all do.
   */
  ofSameModule?(pkg: Package, advisories: readonly Advisory[]): readonly Advisory[];
}
