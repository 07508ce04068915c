import type { Digest } from '../model/digest.ts';
import { matchesGlob } from '../model/matches-glob.ts';
import type { TrustVerdict } from '../model/trust.ts';
import type { Signature } from './signature.ts';
import type { PolicyIdentity, Signers } from './trust-policy.ts';
import { verifyBytes } from './verify-bytes.ts';

type Keyless = Extract<Signature, { kind: 'keyless' }>;
/** Who signed by the policy's name for them, or what speaks against it. */
type Judged = { readonly signer: string } | { readonly why: string };

/** What the signatures found for a digest are worth, by keys and identities of which one suffices. Pure. */
export function judgeSignatures(digest: Digest, signatures: readonly Signature[], signers: Signers): TrustVerdict {
  let other: TrustVerdict | undefined;
  const against: string[] = [];
  for (const signature of signatures) {
    if (signature.kind === 'malformed') continue;
    const judged = judge(signature, signers);
    const { names, place } = signature;
    if ('why' in judged) {
      if (signature.kind === 'keyless') against.push(`${place}: ${judged.why}`);
      continue;
    }
    if (names.includes(digest)) return { reason: 'signed', detail: `by ${judged.signer}, ${place}` };
    other ??= { reason: 'other-image', detail: `by ${judged.signer}, ${place}: it names ${names[0] ?? 'no image'}` };
  }
  return other ?? withoutSigner(signatures, signers, against);
}

function judge(signature: Exclude<Signature, { kind: 'malformed' }>, { keys, identities }: Signers): Judged {
  if (signature.kind === 'keyless') return judgeKeyless(signature, identities);
  const signer = keys.find(({ key }) => verifyBytes(signature.signed, signature.signature, key));
  return signer ? { signer: signer.name } : { why: 'by another key' };
}

/** Each trusted root is asked once; whom it attests is compared with every identity that the policy names under it. */
function judgeKeyless({ proof }: Keyless, identities: readonly PolicyIdentity[]): Judged {
  let why = 'the policy names no identity';
  for (const verify of new Set(identities.map((each) => each.verify))) {
    try {
      const { identity, issuer } = verify(proof);
      const known = identities.find(
        (each) => each.verify === verify && each.issuer === issuer && matchesGlob(identity, each.identity),
      );
      if (known) return { signer: `${known.name} (${identity})` };
      why = `by ${identity}, for whom ${issuer} vouches`;
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
  }
  return { why };
}

function withoutSigner(
  signatures: readonly Signature[],
  { identities }: Signers,
  against: readonly string[],
): TrustVerdict {
  if (identities.length > 0 && against.length > 0) return { reason: 'other-identity', detail: against.join('; ') };
  const byKey = signatures.filter(({ kind }) => kind === 'by-key');
  if (byKey.length > 0) return { reason: 'other-key', detail: byKey.map(({ place }) => place).join(', ') };
  const keyless = signatures.find(({ kind }) => kind === 'keyless');
  if (keyless) return { reason: 'keyless', detail: keyless.place };
  const malformed = signatures.find((signature) => signature.kind === 'malformed');
  if (malformed) return { reason: 'unreadable', detail: `${malformed.place}: ${malformed.why}` };
  return { reason: 'unsigned', detail: '' };
}
