import { AppError } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import { classifyIndexChild } from '../oci/classify.ts';
import { MAX_CONFIG_BYTES, parseConfig } from '../oci/parse-config.ts';
import { type OciImageManifest, type OciIndex, parseManifest } from '../oci/parse-manifest.ts';
import { formatReference, type Reference } from '../oci/parse-reference.ts';
import { choosePlatform, defaultPlatform, formatPlatform, type Platform } from '../oci/platform.ts';
import { readSmallBlob } from '../registries/read-small-blob.ts';
import type { RegistryClient } from '../registries/registry-client.ts';
import type { FoundImage } from './image-source.ts';
import { registrySource } from './scan-image.ts';

/** Finds the image of a reference: its tag or digest, then the wanted platform of an index. */
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
  const child = chooseChild(manifest, platform, name);
  const inner = parseManifest(await client.manifest(repository, child, signal));
  if (inner.kind === 'index')
    throw new AppError('manifest-unsupported', `${name} is an index of indexes; give the digest of one image`);
  return { digest: child, manifest: inner };
}

function chooseChild(index: OciIndex, platform: Platform | undefined, name: string): Digest {
  const images = index.children.filter((child) => classifyIndexChild(child) === undefined);
  const chosen =
    choosePlatform(images, platform ?? defaultPlatform) ??
    (platform === undefined && images.length === 1 ? images[0] : undefined);
  if (chosen) return chosen.digest;
  const offered = images.map((child) => (child.platform ? formatPlatform(child.platform) : 'unnamed')).join(', ');
  throw new AppError(
    'image-not-found',
    `${name} has no image for ${formatPlatform(platform ?? defaultPlatform)}; it offers ${offered || 'none'}. Choose one with --platform.`,
  );
}
