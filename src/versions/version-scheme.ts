/** An order of version strings. */
export interface VersionScheme {
  readonly name: string;
  /** Negative, zero, positive as in Array.sort; throws InvalidVersion when either side does not parse. */
  compare(a: string, b: string): number;
}

/** A version that its scheme cannot read: the comparison is undecided, never "safe". */
export class InvalidVersion extends Error {
  constructor(scheme: string, version: string) {
    super(`not a valid ${scheme} version: ${JSON.stringify(version.slice(0, 100))}`);
    this.name = 'InvalidVersion';
  }
}
