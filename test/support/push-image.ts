import { basicAuthorization, type Credentials } from '../../src/registries/distribution/fetch-token.ts';
import type { Content, TestImage } from './create-test-image.ts';

export interface PushTarget {
  /** Base URL of the registry. */
  readonly url: string;
  readonly auth?: Credentials;
  /** Instead: a token of its realm. */
  readonly token?: string;
}

/** Uploads an image and tags it: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#push */
export async function pushImage(target: PushTarget, repository: string, tag: string, image: TestImage): Promise<void> {
  for (const blob of [image.config, ...image.layers]) await pushBlob(target, repository, blob);
  await pushManifest(target, repository, tag, image.manifest);
}

/** Uploads one blob in a single PUT. */
export async function pushBlob(target: PushTarget, repository: string, blob: Content): Promise<void> {
  const started = await send(target, 'POST', `/v2/${repository}/blobs/uploads/`, 202);
  const location = new URL(started.headers.get('location') ?? '', target.url);
  location.searchParams.set('digest', blob.digest);
  await send(target, 'PUT', location.href, 201, blob.body, 'application/octet-stream');
}

/** Uploads a manifest or index whose parts are there already. */
export async function pushManifest(
  target: PushTarget,
  repository: string,
  reference: string,
  manifest: Content,
): Promise<void> {
  await send(target, 'PUT', `/v2/${repository}/manifests/${reference}`, 201, manifest.body, manifest.mediaType);
}

/** Deletes a manifest with its tags. */
export async function deleteManifest(target: PushTarget, repository: string, digest: string): Promise<void> {
  await send(target, 'DELETE', `/v2/${repository}/manifests/${digest}`, 202);
}

async function send(
  target: PushTarget,
  method: string,
  path: string,
  expected: number,
  body?: Buffer,
  contentType = '',
) {
  const response = await fetch(new URL(path, target.url), {
    method,
    headers: {
      ...(target.auth === undefined ? {} : { authorization: basicAuthorization(target.auth) }),
      ...(target.token === undefined ? {} : { authorization: `Bearer ${target.token}` }),
      ...(contentType === '' ? {} : { 'content-type': contentType }),
    },
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
  });
  const text = await response.text();
  if (response.status !== expected) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return response;
}
