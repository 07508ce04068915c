import { AppError } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import type { SkipReason } from '../model/registry.ts';
import { classifyConfig, classifyImageManifest } from '../oci/classify.ts';
import { MAX_CONFIG_BYTES, type OciImageConfig, parseConfig } from '../oci/parse-config.ts';
import type { OciImageManifest } from '../oci/parse-manifest.ts';
import { formatPlatform, type Platform } from '../oci/platform.ts';
import { readSmallBlob } from '../registries/read-small-blob.ts';
import type { RegistryClient } from '../registries/registry-client.ts';
import type { ArtifactLayer, HistoryEntry, SeenImage } from '../store/store.ts';

/** An image manifest with its config, or why it is not an image. */
export type ReadImage = { readonly image: SeenImage; readonly configBytes: number } | { readonly skipped: SkipReason };

/** Turns a manifest into a row of the list; costs one small blob, the config. */
export async function readImage(
  client: RegistryClient,
  repository: string,
  digest: Digest,
  manifest: OciImageManifest,
  signal: AbortSignal,
): Promise<ReadImage> {
  const notAnImage = classifyImageManifest(manifest);
  if (notAnImage) return { skipped: notAnImage };
  const body = await readSmallBlob(client, repository, manifest.config.digest, MAX_CONFIG_BYTES, signal);
  if (body.byteLength !== manifest.config.size) {
    throw new AppError(
      'blob-corrupt',
      `The config ${manifest.config.digest} of ${repository} has ${body.byteLength} bytes, its manifest says ${manifest.config.size}.`,
    );
  }
  const config = parseConfig(body, `config ${manifest.config.digest} of ${repository}`);
  const unfit = classifyConfig(config);
  if (unfit) return { skipped: unfit };
  const os = config.os || 'linux';
  return {
    configBytes: body.byteLength,
    image: {
      digest,
      platform: formatPlatform({
        os,
        architecture: config.architecture || 'unknown',
        ...(config.variant ? { variant: config.variant } : {}),
      }),
      size: manifest.layers.reduce((sum, layer) => sum + layer.size, manifest.config.size),
      ...(config.created ? { createdAt: config.created } : {}),
      artifact: {
        imageId: manifest.config.digest,
        os,
        layers: artifactLayers(manifest, config),
        history: historyWithLayers(manifest, config),
      },
    },
  };
}

/** Completes the platform of an image from what its index says: configs of old tools lack the variant. */
export function withNamedPlatform(read: ReadImage, named: Platform | undefined): ReadImage {
  if (!('image' in read) || !named?.variant) return read;
  const { os, architecture } = named;
  if (read.image.platform !== formatPlatform({ os, architecture })) return read;
  return { ...read, image: { ...read.image, platform: formatPlatform(named) } };
}

function artifactLayers(manifest: OciImageManifest, config: OciImageConfig): readonly ArtifactLayer[] {
  return manifest.layers.map((layer, index) => ({
    digest: layer.digest,
    mediaType: layer.mediaType,
    size: layer.size,
    ...(config.diffIds[index] ? { diffId: config.diffIds[index] } : {}),
  }));
}

/** Joins the config's instructions with the layers they made: every instruction that is not empty made the next one. */
function historyWithLayers(manifest: OciImageManifest, config: OciImageConfig): readonly HistoryEntry[] {
  let next = 0;
  const entries = config.history.map((step): HistoryEntry => {
    const layer = step.emptyLayer ? undefined : manifest.layers[next++];
    return {
      ...(step.created ? { createdAt: step.created.toISOString() } : {}),
      createdBy: step.createdBy,
      empty: step.emptyLayer,
      ...(layer ? { layer: layer.digest, size: layer.size } : {}),
    };
  });
  const untold = manifest.layers
    .slice(next)
    .map((layer) => ({ createdBy: '', empty: false, layer: layer.digest, size: layer.size }));
  return [...entries, ...untold];
}
