import { createHash, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../oci/parse-json.ts';

// https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#properties
export const CERTIFICATE = 'dev.sigstore.cosign/certificate';
const LOG_ENTRY = 'dev.sigstore.cosign/bundle';
const TIMESTAMP = 'dev.sigstore.cosign/rfc3161timestamp';

const base64 = z
  .string()
  .max(100_000)
  .regex(/^[A-Za-z0-9+/]*={0,2}$/, 'not base64');
const LogEntry = z.object({
  SignedEntryTimestamp: base64,
  Payload: z.object({
    body: base64,
    integratedTime: z.int().nonnegative(),
    logIndex: z.int().nonnegative(),
    logID: z.string().regex(/^[0-9a-f]{64}$/),
  }),
});
const Body = z.object({ kind: z.string().max(100), apiVersion: z.string().max(100) });
const Timestamp = z.object({ SignedRFC3161Timestamp: base64 });

/**
 * What cosign writes beside a signature without a key, as the bundle that it writes today.
 * @throws AppError `manifest-unsupported`; Error for a certificate that is none
 */
export function parseCosignAnnotations(
  notes: Readonly<Record<string, string>>,
  signature: string,
  payload: Uint8Array,
): object {
  const entry = notes[LOG_ENTRY];
  const timestamp = notes[TIMESTAMP];
  const digest = createHash('sha256').update(payload).digest('base64');
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
    verificationMaterial: {
      x509CertificateChain: {
        certificates: [{ rawBytes: new X509Certificate(notes[CERTIFICATE] ?? '').raw.toString('base64') }],
      },
      tlogEntries: entry === undefined ? [] : [toLogEntry(entry)],
      ...(timestamp === undefined ? {} : { timestampVerificationData: toTimestamps(timestamp) }),
    },
    messageSignature: { messageDigest: { algorithm: 'SHA2_256', digest }, signature },
  };
}

function toLogEntry(text: string): object {
  const { SignedEntryTimestamp, Payload } = parseJson(Buffer.from(text), LogEntry, 'log entry of a signature');
  const body = parseJson(Buffer.from(Payload.body, 'base64'), Body, 'body of a log entry');
  return {
    logIndex: String(Payload.logIndex),
    logId: { keyId: Buffer.from(Payload.logID, 'hex').toString('base64') },
    kindVersion: { kind: body.kind, version: body.apiVersion },
    integratedTime: String(Payload.integratedTime),
    inclusionPromise: { signedEntryTimestamp: SignedEntryTimestamp },
    canonicalizedBody: Payload.body,
  };
}

function toTimestamps(text: string): object {
  const { SignedRFC3161Timestamp } = parseJson(Buffer.from(text), Timestamp, 'timestamp of a signature');
  return { rfc3161Timestamps: [{ signedTimestamp: SignedRFC3161Timestamp }] };
}
