import type { Digest } from '../model/digest.ts';
import type { KeylessProof } from './create-keyless-verifier.ts';

/** A signature as a repository holds it, not yet verified. */
export type Signature =
  | {
      readonly kind: 'by-key';
      /** Exactly what was signed. */
      readonly signed: Uint8Array;
      /** Base64. */
      readonly signature: string;
      /** The images that the signed text names; unproved until the signature is. */
      readonly names: readonly Digest[];
      /** Where it lies, for people. */
      readonly place: string;
    }
  | {
      readonly kind: 'keyless';
      readonly proof: KeylessProof;
      /** As above. */
      readonly names: readonly Digest[];
      readonly place: string;
    }
  | { readonly kind: 'malformed'; readonly place: string; readonly why: string };
