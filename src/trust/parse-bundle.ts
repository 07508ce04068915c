import { z } from 'zod';
import { parseJson } from '../oci/parse-json.ts';
import { parseStatement } from './parse-signed-text.ts';
import type { Signature } from './signature.ts';

const base64 = z
  .string()
  .max(4 * 1024 ** 2)
  .regex(/^[A-Za-z0-9+/]*={0,2}$/, 'not base64');
// https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
const Bundle = z.object({
  mediaType: z.string().startsWith('application/vnd.dev.sigstore.bundle'),
  verificationMaterial: z.object({
    publicKey: z.object({ hint: z.string().optional() }).optional(),
    certificate: z.unknown().optional(),
    x509CertificateChain: z.unknown().optional(),
  }),
  dsseEnvelope: z
    .object({
      payloadType: z.string().max(200),
      payload: base64,
      signatures: z
        .array(z.object({ sig: base64 }))
        .min(1)
        .max(16),
    })
    .optional(),
});
const IN_TOTO = 'application/vnd.in-toto+json';

/** Signatures of a Sigstore bundle; one with a certificate instead of a key is keyless, and verified with all that the bundle has. @throws AppError `manifest-unsupported` */
export function parseBundle(body: Uint8Array, place: string): readonly Signature[] {
  const { verificationMaterial, dsseEnvelope } = parseJson(body, Bundle, 'Sigstore bundle');
  if (!dsseEnvelope) return [{ kind: 'malformed', place, why: 'the bundle holds no DSSE envelope' }];
  const { payloadType, payload, signatures } = dsseEnvelope;
  if (payloadType !== IN_TOTO) return [{ kind: 'malformed', place, why: 'the bundle signs no in-toto statement' }];
  const bytes = Buffer.from(payload, 'base64');
  const names = parseStatement(bytes);
  // An attestation of what was built how is no signature of the image.
  if (names.length === 0) return [];
  if (!verificationMaterial.publicKey) return [{ kind: 'keyless', proof: { bundle: readAgain(body) }, names, place }];
  const signed = preAuthenticationEncoding(payloadType, bytes);
  return signatures.map(({ sig }) => ({ kind: 'by-key', signed, signature: sig, names, place }));
}

/** All of it: what is signed and logged lies in members that are not looked at here. */
const readAgain = (body: Uint8Array): unknown => JSON.parse(Buffer.from(body).toString('utf8'));

/** https://github.com/secure-systems-lab/dsse/blob/master/protocol.md#signature-definition */
export function preAuthenticationEncoding(type: string, payload: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.byteLength} `), payload]);
}
