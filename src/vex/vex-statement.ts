/** One thing that a VEX document says. */
export interface VexStatement {
  /** Upper-cased name of the vulnerability and its aliases. */
  readonly names: readonly string[];
  readonly status: VexStatus;
  readonly products: readonly VexProduct[];
  /** For people: why. */
  readonly reason: string;
}

export type VexStatus = 'not_affected' | 'fixed' | 'affected' | 'under_investigation';

/** What a statement is about: a package, or an image with or without some of its packages. Ids are purls, or digests within them. */
export interface VexProduct {
  readonly id: string;
  /** Empty: all of the product. */
  readonly subcomponents: readonly string[];
}

export interface VexDocument {
  readonly statements: readonly VexStatement[];
  /** Statements that could not be read, and are not in use. */
  readonly problems: readonly string[];
}
