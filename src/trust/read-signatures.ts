import { z } from 'zod';
import { AppError } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import { isDigest } from '../oci/parse-digest.ts';
import { parseJson } from '../oci/parse-json.ts';
import { readSmallBlob } from '../registries/read-small-blob.ts';
import type { RawManifest, RegistryClient } from '../registries/registry-client.ts';
import { parseBundle } from './parse-bundle.ts';
import { CERTIFICATE, parseCosignAnnotations } from './parse-cosign-annotations.ts';
import { parseSimpleSigning } from './parse-signed-text.ts';
import type { Signature } from './signature.ts';

const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';
const BUNDLE = 'application/vnd.dev.sigstore.bundle';
const COSIGN_ARTIFACT = 'application/vnd.dev.cosign.artifact.sig.v1+json';
// https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
const SIGNATURE = 'dev.cosignproject.cosign/signature';

const MAX_SIGNATURES = 50;
const MAX_REFERRERS = 50;
const MAX_SIGNED_BYTES = 256 * 1024;

const annotations = z.record(z.string().max(1_000), z.string().max(100_000)).nullish();
const SignatureManifest = z.object({
  layers: z
    .array(
      z.object({ mediaType: z.string().max(500), digest: z.string().refine(isDigest, 'not a digest'), annotations }),
    )
    .max(1_000),
});
type Layer = z.output<typeof SignatureManifest>['layers'][number];

/**
 * Every signature that a repository holds for a digest: behind cosign's tag `sha256-<hex>.sig`, and among the referrers
 * of OCI 1.1. A malformed one is told as such. Throws what the client throws; nothing found is an empty list.
 */
export async function readSignatures(
  client: RegistryClient,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<readonly Signature[]> {
  const tag = `${digest.replace(':', '-')}.sig`;
  const tagged = await manifestOrNone(client, repository, tag, signal);
  const found = tagged ? [...(await readManifest(client, repository, tagged, tag, signal))] : [];
  for (const referrer of await signatureReferrers(client, repository, digest, signal)) {
    if (found.length >= MAX_SIGNATURES) break;
    const manifest = await manifestOrNone(client, repository, referrer, signal);
    if (manifest) found.push(...(await readManifest(client, repository, manifest, `referrer ${referrer}`, signal)));
  }
  return found.slice(0, MAX_SIGNATURES);
}

async function signatureReferrers(
  client: RegistryClient,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<readonly Digest[]> {
  const all = (await client.referrers?.(repository, digest, signal)) ?? [];
  return all
    .filter(({ artifactType = '' }) => artifactType === COSIGN_ARTIFACT || artifactType.startsWith(BUNDLE))
    .map((referrer) => referrer.digest)
    .slice(0, MAX_REFERRERS);
}

async function manifestOrNone(
  client: RegistryClient,
  repository: string,
  reference: string,
  signal: AbortSignal,
): Promise<RawManifest | undefined> {
  try {
    return await client.manifest(repository, reference, signal);
  } catch (error) {
    if (error instanceof AppError && error.code === 'image-not-found') return undefined;
    throw error;
  }
}

async function readManifest(
  client: RegistryClient,
  repository: string,
  { body }: RawManifest,
  place: string,
  signal: AbortSignal,
): Promise<readonly Signature[]> {
  return toldAsMalformed(place, async () => {
    const { layers } = parseJson(body, SignatureManifest, 'manifest of signatures');
    const found: Signature[] = [];
    for (const layer of layers.slice(0, MAX_SIGNATURES)) {
      found.push(...(await toldAsMalformed(place, () => readLayer(client, repository, layer, place, signal))));
    }
    return found;
  });
}

async function readLayer(
  client: RegistryClient,
  repository: string,
  { mediaType, digest, annotations: notes }: Layer,
  place: string,
  signal: AbortSignal,
): Promise<readonly Signature[]> {
  const read = () => readSmallBlob(client, repository, digest as Digest, MAX_SIGNED_BYTES, signal);
  if (mediaType.startsWith(BUNDLE)) return parseBundle(await read(), place);
  if (mediaType !== SIMPLE_SIGNING) return [];
  const signature = notes?.[SIGNATURE] ?? '';
  if (signature === '') return [{ kind: 'malformed', place, why: `there is no ${SIGNATURE}` }];
  const signed = await read();
  if (notes?.[CERTIFICATE]) return [keylessOf(notes, signature, signed, place)];
  return [{ kind: 'by-key', signed, signature, names: parseSimpleSigning(signed), place }];
}

function keylessOf(
  notes: Readonly<Record<string, string>>,
  signature: string,
  signed: Uint8Array,
  place: string,
): Signature {
  const names = parseSimpleSigning(signed);
  try {
    const bundle = parseCosignAnnotations(notes, signature, signed);
    return { kind: 'keyless', proof: { bundle, artifact: signed }, names, place };
  } catch (error) {
    return { kind: 'malformed', place, why: error instanceof Error ? error.message : String(error) };
  }
}

/** What the pusher got wrong must not hide the other signatures; what the registry gets wrong is thrown. */
async function toldAsMalformed(
  place: string,
  work: () => Promise<readonly Signature[]>,
): Promise<readonly Signature[]> {
  try {
    return await work();
  } catch (error) {
    const ofThePusher = ['manifest-unsupported', 'limit-exceeded', 'image-not-found', 'blob-corrupt'];
    if (!(error instanceof AppError) || !ofThePusher.includes(error.code)) throw error;
    return [{ kind: 'malformed', place, why: error.message }];
  }
}
