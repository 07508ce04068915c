import type { Digest } from '../model/digest.ts';
import type { TrustVerdict } from '../model/trust.ts';
import type { Signature } from './signature.ts';
import type { PolicyKey } from './trust-policy.ts';
import { verifyBytes } from './verify-bytes.ts';

/** What the signatures found for a digest are worth, by keys of which one suffices. Pure. */
export function judgeSignatures(
  digest: Digest,
  signatures: readonly Signature[],
  keys: readonly PolicyKey[],
): TrustVerdict {
  let other: TrustVerdict | undefined;
  for (const signature of signatures) {
    if (signature.kind !== 'by-key') continue;
    const signer = keys.find(({ key }) => verifyBytes(signature.signed, signature.signature, key));
    if (!signer) continue;
    const { names, place } = signature;
    if (names.includes(digest)) return { reason: 'signed', detail: `by ${signer.name}, ${place}` };
    other ??= { reason: 'other-image', detail: `by ${signer.name}, ${place}: it names ${names[0] ?? 'no image'}` };
  }
  if (other) return other;
  const byKey = signatures.filter(({ kind }) => kind === 'by-key');
  if (byKey.length > 0) return { reason: 'other-key', detail: byKey.map(({ place }) => place).join(', ') };
  const keyless = signatures.find(({ kind }) => kind === 'keyless');
  if (keyless) return { reason: 'keyless', detail: keyless.place };
  const malformed = signatures.find((signature) => signature.kind === 'malformed');
  if (malformed) return { reason: 'unreadable', detail: `${malformed.place}: ${malformed.why}` };
  return { reason: 'unsigned', detail: '' };
}
