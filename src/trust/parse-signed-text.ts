import { z } from 'zod';
import type { Digest } from '../model/digest.ts';
import { isDigest } from '../oci/parse-digest.ts';
import { parseJson } from '../oci/parse-json.ts';

// https://github.com/containers/image/blob/main/docs/containers-signature.5.md#json-data-format, as cosign writes it
const SimpleSigning = z.object({
  critical: z.object({
    type: z.enum(['cosign container image signature', 'atomic container signature']),
    image: z.object({ 'docker-manifest-digest': z.string().refine(isDigest, 'not a digest') }),
  }),
});

// https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
const Statement = z.object({
  _type: z.enum(['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1']),
  predicateType: z.string().max(1_000),
  subject: z
    .array(z.object({ digest: z.record(z.string().max(32), z.string().max(200)) }))
    .min(1)
    .max(100),
});
/** What cosign 3 signs images with; other statements say other things than "this image is mine". */
const COSIGN_SIGN = 'https://sigstore.dev/cosign/sign/v1';

/** The image that a simple-signing payload names. @throws AppError `manifest-unsupported` */
export function parseSimpleSigning(payload: Uint8Array): readonly Digest[] {
  const { critical } = parseJson(payload, SimpleSigning, 'signed text');
  return [critical.image['docker-manifest-digest'] as Digest];
}

/** The images that an in-toto statement of cosign signs; none for a statement about something else. */
export function parseStatement(payload: Uint8Array): readonly Digest[] {
  const { predicateType, subject } = parseJson(payload, Statement, 'signed statement');
  if (predicateType !== COSIGN_SIGN) return [];
  return subject.map(({ digest }) => `sha256:${digest.sha256 ?? ''}`).filter(isDigest);
}
