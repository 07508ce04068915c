import type { Digest } from './digest.ts';
import type { Finding, Problem } from './layer-report.ts';
import type { LocatedPackage } from './package.ts';

/** The operating system of an image, from os-release and the package manager's own files. */
export interface OperatingSystem {
  /** os-release ID: `debian`, `alpine`, `ubuntu` … */
  readonly family: string;
  /** os-release VERSION_ID (`12`, `3.20.3`), or '' when absent (Debian sid, distroless oddities). */
  readonly release: string;
  /** PRETTY_NAME, for people. */
  readonly name: string;
  /** Alpine: the releases named in /etc/apk/repositories, such as `v3.20`, `edge`. */
  readonly repositories?: readonly string[];
}

/** What an image contains after its layers are laid over each other. */
export interface Inventory {
  /** Absent when no os-release was found (scratch, busybox). */
  readonly os?: OperatingSystem;
  readonly packages: readonly LocatedPackage[];
  /** Files that an analyzer wanted and could not read; a reason for partial coverage. */
  readonly problems: readonly (Problem & { readonly layer: Digest })[];
}

/** A finding with the path and layer it survived in; what squash works on. */
export interface LocatedFinding {
  readonly finding: Finding;
  readonly path: string;
  readonly layer: Digest;
}
