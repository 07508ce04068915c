import { AppError } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import { classifyIndex, classifyIndexChild } from '../oci/classify.ts';
import { isIndexMediaType } from '../oci/media-types.ts';
import { MAX_CONFIG_BYTES, parseConfig } from '../oci/parse-config.ts';
import { type IndexChild, type OciImageManifest, type OciIndex, parseManifest } from '../oci/parse-manifest.ts';
import { formatReference, type Reference } from '../oci/parse-reference.ts';
import { choosePlatform, defaultPlatform, formatPlatform, type Platform } from '../oci/platform.ts';
import { readSmallBlob } from '../registries/read-small-blob.ts';
import type { RegistryClient } from '../registries/registry-client.ts';
import type { FoundImage } from './image-source.ts';
import { registrySource } from './scan-image.ts';

/** An index in an index is real (one level); deeper ones, and many of them, are somebody's trick. */
const MAX_DEPTH = 3;
const MAX_INDEXES = 50;

/**
 * Finds the image of a reference: its tag or digest, then the wanted platform of an index, however nested.
 * @throws AppError `image-not-found`, `manifest-unsupported`, `limit-exceeded`, and what the client throws
 */
export async function findRegistryImage(
  client: RegistryClient,
  reference: Reference,
  platform: Platform | undefined,
  signal: AbortSignal,
): Promise<FoundImage> {
  const { repository } = reference;
  const raw = await client.manifest(repository, reference.digest ?? reference.tag ?? 'latest', signal);
  const { digest, manifest } = await imageManifest(
    client,
    repository,
    raw,
    formatReference(reference),
    platform,
    signal,
  );
  const body = await readSmallBlob(client, repository, manifest.config.digest, MAX_CONFIG_BYTES, signal);
  const config = parseConfig(body, `config ${manifest.config.digest}`);
  return {
    digest,
    imageId: manifest.config.digest,
    os: config.os || 'linux',
    platform: formatPlatform({
      os: config.os || 'linux',
      architecture: config.architecture || 'unknown',
      ...(config.variant ? { variant: config.variant } : {}),
    }),
    source: registrySource(client, repository, {
      imageId: manifest.config.digest,
      layers: manifest.layers.map((layer, index) => ({
        digest: layer.digest,
        size: layer.size,
        diffId: config.diffIds[index],
      })),
    }),
    close: () => client.close(),
  };
}

async function imageManifest(
  client: RegistryClient,
  repository: string,
  raw: { readonly digest: Digest; readonly mediaType: string; readonly body: Uint8Array },
  name: string,
  platform: Platform | undefined,
  signal: AbortSignal,
): Promise<{ readonly digest: Digest; readonly manifest: OciImageManifest }> {
  const manifest = parseManifest(raw);
  if (manifest.kind === 'image') return { digest: raw.digest, manifest };
  const child = await chooseChild(client, repository, manifest, platform, name, signal);
  const inner = parseManifest(await client.manifest(repository, child, signal));
  if (inner.kind === 'index') {
    throw new AppError('manifest-unsupported', `${name} lists ${child} as an image, but it is an index`);
  }
  return { digest: child, manifest: inner };
}

/**
 * The image of an index for a platform. What the index names itself is preferred; the indexes in it are asked only when
 * that is not enough, the upper ones first.
 */
async function chooseChild(
  client: RegistryClient,
  repository: string,
  top: OciIndex,
  platform: Platform | undefined,
  name: string,
  signal: AbortSignal,
): Promise<Digest> {
  const offered: IndexChild[] = [];
  const seen = new Set<Digest>();
  let level: readonly OciIndex[] = [top];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH)
      throw new AppError('limit-exceeded', `${name} has indexes nested more than ${MAX_DEPTH} deep`);
    const children = level.flatMap((index) => (classifyIndex(index) === undefined ? index.children : []));
    const images = children.filter((child) => classifyIndexChild(child) === undefined);
    const chosen = choosePlatform(images, platform ?? defaultPlatform);
    if (chosen) return chosen.digest;
    offered.push(...images);
    const next: OciIndex[] = [];
    for (const { digest } of children.filter(isNestedIndex)) {
      if (seen.has(digest)) continue;
      seen.add(digest);
      if (seen.size > MAX_INDEXES)
        throw new AppError('limit-exceeded', `${name} holds more than ${MAX_INDEXES} indexes`);
      const nested = parseManifest(await client.manifest(repository, digest, signal));
      if (nested.kind === 'index') next.push(nested);
      else throw new AppError('manifest-unsupported', `${name} lists ${digest} as an index, but it is an image`);
    }
    level = next;
  }
  const [only] = offered;
  if (platform === undefined && only && new Set(offered.map((child) => child.digest)).size === 1) return only.digest;
  throw noSuchPlatform(offered, platform, name);
}

/** A nested index is walked, unless it says itself that it holds something else. */
function isNestedIndex(child: IndexChild): boolean {
  return isIndexMediaType(child.mediaType) && classifyIndexChild(child) === 'manifest-unsupported';
}

function noSuchPlatform(offered: readonly IndexChild[], platform: Platform | undefined, name: string): AppError {
  const platforms = offered.map((child) => (child.platform ? formatPlatform(child.platform) : 'unnamed'));
  const wanted = formatPlatform(platform ?? defaultPlatform);
  return new AppError(
    'image-not-found',
    `${name} has no image for ${wanted}; it offers ${[...new Set(platforms)].join(', ') || 'none'}. Choose one with --platform.`,
  );
}
