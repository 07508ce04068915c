import { type KeyObject, sign } from 'node:crypto';
import type { Digest } from '../../src/model/digest.ts';
import { preAuthenticationEncoding } from '../../src/trust/parse-bundle.ts';
import { type Content, toContent } from './create-test-image.ts';
import { type PushTarget, pushBlob, pushManifest } from './push-image.ts';

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** The base64 of a real signature, as cosign makes it with each kind of key. */
export function signBytes(bytes: Uint8Array, privateKey: KeyObject): string {
  return sign(privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256', bytes, privateKey).toString('base64');
}

/** What `cosign sign --key` signs. */
export function simpleSigningPayload(repository: string, digest: string): Content {
  return toContent(
    'application/vnd.dev.cosign.simplesigning.v1+json',
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': repository },
        image: { 'docker-manifest-digest': digest },
        type: 'cosign container image signature',
      },
      optional: null,
    }),
  );
}

export interface PushedSignature {
  readonly payload: Content;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Signs a payload with a key. */
export const signedBy = (payload: Content, privateKey: KeyObject): PushedSignature => ({
  payload,
  annotations: { 'dev.cosignproject.cosign/signature': signBytes(payload.body, privateKey) },
});

/** Pushes signatures behind cosign's tag for a digest: https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md */
export async function pushSignatures(
  target: PushTarget,
  repository: string,
  digest: Digest,
  signatures: readonly PushedSignature[],
): Promise<void> {
  const layers = signatures.map(({ payload, annotations }) => ({ ...descriptorOf(payload), annotations }));
  const manifest = await pushParts(
    target,
    repository,
    layers,
    signatures.map(({ payload }) => payload),
  );
  await pushManifest(target, repository, `${digest.replace(':', '-')}.sig`, manifest);
}

/** Pushes a Sigstore bundle as cosign 3 does, and names it in the referrers tag, which registries before OCI 1.1 need. */
export async function pushBundle(
  target: PushTarget,
  repository: string,
  digest: Digest,
  bundle: object,
): Promise<void> {
  const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
  const content = toContent(mediaType, JSON.stringify(bundle));
  const manifest = await pushParts(target, repository, [descriptorOf(content)], [content], mediaType);
  await pushManifest(target, repository, manifest.digest, manifest);
  const entry = { ...descriptorOf(manifest), artifactType: mediaType };
  const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [entry] };
  await pushManifest(target, repository, digest.replace(':', '-'), toContent(index.mediaType, JSON.stringify(index)));
}

/** The bundle of `cosign sign --key`. */
export function createBundle(digest: Digest, privateKey: KeyObject, predicateType?: string): object {
  const payload = Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: predicateType ?? 'https://sigstore.dev/cosign/sign/v1',
      subject: [{ digest: { sha256: digest.slice('sha256:'.length) } }],
      predicate: {},
    }),
  );
  const payloadType = 'application/vnd.in-toto+json';
  const sig = signBytes(preAuthenticationEncoding(payloadType, payload), privateKey);
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: 'a key' } },
    dsseEnvelope: { payload: payload.toString('base64'), payloadType, signatures: [{ sig }] },
  };
}

async function pushParts(
  target: PushTarget,
  repository: string,
  layers: readonly object[],
  parts: readonly Content[],
  artifactType?: string,
): Promise<Content> {
  const config = toContent('application/vnd.oci.image.config.v1+json', JSON.stringify({ parts: parts.length }));
  for (const part of [config, ...parts]) await pushBlob(target, repository, part);
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    ...(artifactType ? { artifactType } : {}),
    config: descriptorOf(config),
    layers,
  };
  return toContent(OCI_MANIFEST, JSON.stringify(manifest));
}

const descriptorOf = ({ mediaType, digest, body }: Content) => ({ mediaType, digest, size: body.byteLength });
