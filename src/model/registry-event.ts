/** What a registry says has happened. It tells where to look, never what is there: anybody may be late, or wrong. */
export interface RegistryEvent {
  readonly kind: 'pushed' | 'deleted';
  /** Full path within the registry. */
  readonly repository: string;
  readonly tag?: string;
  /** Of the manifest, as the sender writes it. */
  readonly digest?: string;
  /** When it happened, by the sender's clock. */
  readonly at?: Date;
}
