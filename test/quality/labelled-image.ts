import type { BuiltLayer } from '../../demo/build-layer.ts';
import type { Coverage } from '../../src/model/vulnerability.ts';

/** What an image holds, and what of it is vulnerable, as somebody has worked it out without our code. */
export interface LabelledImage {
  readonly name: string;
  /** What keeps it from being built on this machine. */
  readonly unavailable?: string | undefined;
  /** Lowest first. */
  build(): Promise<Built>;
}

export interface Built {
  readonly layers: readonly BuiltLayer[];
  readonly labels: Labels;
  /** As `labels`: what is found and left out because the operating system's package speaks for it. */
  readonly suppressed?: Labels;
  readonly coverage: Coverage;
  /** `<cause> <subject>` of each gap. */
  readonly gaps: readonly string[];
}

/** Every package as `<ecosystem> <name> <version>`, with the ids of its vulnerabilities parted by spaces. */
export type Labels = Readonly<Record<string, string>>;
