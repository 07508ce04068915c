import { createHash } from 'node:crypto';
import { AppError } from '../../model/app-error.ts';
import type { Digest } from '../../model/digest.ts';
import { manifestMediaTypes } from '../../oci/media-types.ts';
import { isDigest, parseDigest } from '../../oci/parse-digest.ts';
import { MAX_MANIFEST_BYTES } from '../../oci/parse-manifest.ts';
import type { ManifestHead, RawManifest } from '../registry-client.ts';
import type { WireResponse } from './create-transport.ts';
import type { Session, SessionRequest } from './open-session.ts';
import { manifestPath, pullScope } from './repository-path.ts';

const ACCEPT = manifestMediaTypes.join(', ');
const SCHEMA_1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\+/;
// A quoted string or a bare token of printable characters; nothing else is worth keeping or safe to send back.
const ETAG = /^[\x21-\x7e]{1,512}$/;

/** HEAD on a manifest, conditional when the ETag of an earlier visit is known. */
export async function headManifest(
  session: Session,
  repository: string,
  reference: string,
  etag: string | undefined,
  signal: AbortSignal,
): Promise<ManifestHead> {
  const request = manifestRequest(session, 'HEAD', repository, reference, etag);
  const accept = request.headers?.['if-none-match'] === undefined ? [200] : [200, 304];
  const { response } = await session.read({ ...request, accept }, session.limits.errorBytes, signal);
  if (response.status === 304) return { unchanged: true };
  const digest = response.header('docker-content-digest');
  return {
    unchanged: false,
    mediaType: mediaTypeOf(response),
    ...etagOf(response),
    ...(digest !== undefined && isDigest(digest) ? { digest } : {}),
  };
}

/**
 * Reads a manifest and proves its digest.
 * @throws AppError `blob-corrupt` when the bytes are not what was asked for or announced, `image-not-found`,
 * `manifest-unsupported` for schema 1, whose digest is not that of its bytes
 */
export async function readManifest(
  session: Session,
  repository: string,
  reference: string,
  signal: AbortSignal,
): Promise<RawManifest> {
  const request = manifestRequest(session, 'GET', repository, reference, undefined);
  const { response, body } = await session.read(request, MAX_MANIFEST_BYTES, signal);
  const mediaType = mediaTypeOf(response);
  if (SCHEMA_1.test(mediaType)) {
    throw new AppError(
      'manifest-unsupported',
      `${repository}:${reference} is stored in the retired Docker schema 1; push the image again with a current client.`,
    );
  }
  const digest = parseDigest(`sha256:${createHash('sha256').update(body).digest('hex')}`);
  const announced = response.header('docker-content-digest');
  assertSame(digest, isDigest(reference) ? reference : undefined, 'asked for', repository);
  assertSame(digest, announced !== undefined && isDigest(announced) ? announced : undefined, 'announced', repository);
  return { digest, mediaType, body, ...etagOf(response) };
}

function manifestRequest(
  session: Session,
  method: SessionRequest['method'],
  repository: string,
  reference: string,
  etag: string | undefined,
): SessionRequest {
  const condition: Record<string, string> = etag !== undefined && ETAG.test(etag) ? { 'if-none-match': etag } : {};
  return {
    method,
    url: session.url(manifestPath(repository, reference)),
    scope: pullScope(repository),
    headers: { accept: ACCEPT, ...condition },
  };
}

function assertSame(actual: Digest, expected: Digest | undefined, how: string, repository: string): void {
  if (expected === undefined || actual === expected) return;
  throw new AppError('blob-corrupt', `A manifest of ${repository} is ${actual}, but ${expected} was ${how}.`);
}

function mediaTypeOf(response: WireResponse): string {
  return (response.header('content-type')?.split(';', 1)[0] ?? '').trim().toLowerCase();
}

function etagOf(response: WireResponse): { etag?: string } {
  const etag = response.header('etag');
  return etag !== undefined && ETAG.test(etag) ? { etag } : {};
}
