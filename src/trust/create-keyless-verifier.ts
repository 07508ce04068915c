import { createRequire } from 'node:module';
import type * as Bundles from '@sigstore/bundle';
import type * as Specs from '@sigstore/protobuf-specs';
import type * as Verification from '@sigstore/verify';

/** Who signed, as an authority of the trusted root has attested. */
export interface KeylessSigner {
  /** Subject alternative name of the certificate: an address of mail, a URL of a workflow. */
  readonly identity: string;
  /** Whoever vouched for that: the issuer of the OIDC token. */
  readonly issuer: string;
}

/** A Sigstore bundle with a certificate, and what a message signature in it signs. */
export interface KeylessProof {
  readonly bundle: unknown;
  readonly artifact?: Uint8Array;
}

/** Verifies without asking anybody. Throws an Error that says what does not hold. */
export type KeylessVerifier = (proof: KeylessProof) => KeylessSigner;

/**
 * By a trusted root as `cosign trusted-root create` and Sigstore's own distribution write it: the chain of the certificate, that
 * it was valid at a time which a log or a timestamp authority attests, that the log holds this very signature, that the certificate is
 * in a certificate log where the root names one, and the signature itself.
 * @throws Error when it is no trusted root, or one that cannot tell when something was signed
 */
export function createKeylessVerifier(trustedRoot: unknown): KeylessVerifier {
  const { bundleFromJSON, TrustedRoot, toSignedEntity, toTrustMaterial, Verifier } = load();
  const root = TrustedRoot.fromJSON(trustedRoot);
  if (root.certificateAuthorities.length === 0) throw new Error('it names no certificate authority');
  if (root.tlogs.length === 0 && root.timestampAuthorities.length === 0)
    throw new Error(
      'it names neither a transparency log nor a timestamp authority, so nothing tells when something was signed',
    );
  const verifier = new Verifier(toTrustMaterial(root), {
    ctlogThreshold: Math.min(1, root.ctlogs.length),
    tlogThreshold: Math.min(1, root.tlogs.length),
    timestampThreshold: 1,
  });
  return ({ bundle, artifact }) => {
    const entity = toSignedEntity(bundleFromJSON(bundle), artifact && Buffer.from(artifact));
    if (entity.key.$case !== 'certificate') throw new Error('the bundle has no certificate');
    const { identity } = verifier.verify(entity);
    const name = identity?.subjectAlternativeName;
    const issuer = identity?.extensions?.issuer;
    if (!name || !issuer) throw new Error('the certificate names no identity or no issuer');
    return { identity: name, issuer };
  };
}

/** Eleven megabytes that only those pay who name a root. */
function load() {
  const require = createRequire(import.meta.url);
  const { bundleFromJSON } = require('@sigstore/bundle') as typeof Bundles;
  const { TrustedRoot } = require('@sigstore/protobuf-specs') as typeof Specs;
  const { toSignedEntity, toTrustMaterial, Verifier } = require('@sigstore/verify') as typeof Verification;
  return { bundleFromJSON, TrustedRoot, toSignedEntity, toTrustMaterial, Verifier };
}
