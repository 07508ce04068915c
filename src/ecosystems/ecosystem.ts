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
  /** What to look up and compare: the source package and its version, or the normalised own name. */
  lookup(pkg: Package): { readonly name: string; readonly version: string };
}
