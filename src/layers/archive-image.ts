import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { AppError } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import { type OciImageConfig, parseConfig } from '../oci/parse-config.ts';
import { formatPlatform, type Platform } from '../oci/platform.ts';
import { type ArchiveFile, type ArchiveFiles, openFolder, openTarFile } from './archive-files.ts';
import { digestOf, platformOf } from './chosen-image.ts';
import { compressionOf } from './decompress.ts';
import { readDockerArchive } from './docker-archive.ts';
import { readOciLayout } from './oci-layout.ts';

/** An image that lies on disk: found, checked down to its config, its layers ready to be read. */
export interface ArchiveImage {
  readonly source: { config(): Promise<OciImageConfig>; readonly layers: readonly ArchiveLayer[] };
  readonly platform: string;
  /** GOOS of the config. */
  readonly os: string;
  /** Of the manifest; a docker-archive has none. */
  readonly digest?: Digest;
  readonly imageId: Digest;
  readonly configBytes: Uint8Array;
  close(): Promise<void>;
}

export interface ArchiveLayer {
  /** Of the bytes as they are stored. */
  readonly digest: Digest;
  readonly size: number;
  readonly diffId: Digest;
  open(signal: AbortSignal): Promise<Readable>;
}

const defaultTemporaryBytes = 64 * 1024 ** 3;

/**
 * Opens `docker save` archives (also as skopeo and kaniko write them), and OCI layouts as a folder or a tar; tars may be
 * compressed, and take at most `temporaryBytes` of disk when unpacked. Without a platform: linux/amd64, or the only image there is.
 * @throws AppError `image-not-found`, `manifest-unsupported`, `blob-corrupt`, `layer-corrupt`, `limit-exceeded`, `canceled`
 */
export async function openArchiveImage(
  path: string,
  platform: Platform | undefined,
  signal: AbortSignal,
  temporaryBytes = defaultTemporaryBytes,
): Promise<ArchiveImage> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new AppError('image-not-found', `there is no file or folder ${path}`, { cause });
  });
  const files = await (found.isDirectory() ? openFolder(path) : openTar(path, signal, temporaryBytes));
  try {
    return await open(files, path, platform, signal);
  } catch (error) {
    await files.close();
    throw error;
  }
}

async function openTar(path: string, signal: AbortSignal, temporaryBytes: number): Promise<ArchiveFiles> {
  try {
    return await openTarFile(path, signal, temporaryBytes);
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw new AppError(cause.code, `${path} cannot be read as an image archive: ${cause.message}`, { cause });
  }
}

async function open(
  files: ArchiveFiles,
  path: string,
  platform: Platform | undefined,
  signal: AbortSignal,
): Promise<ArchiveImage> {
  const chosen = (await readOciLayout(files, path, platform)) ?? (await readDockerArchive(files, path, platform));
  if (!chosen) {
    throw new AppError(
      'manifest-unsupported',
      `${path} holds no image: it has neither index.json (OCI layout) nor manifest.json (docker save)`,
    );
  }
  const imageId = digestOf(chosen.config);
  const config = parseConfig(chosen.config, imageId);
  const layers: ArchiveLayer[] = [];
  if (config.diffIds.length !== chosen.layers.length) {
    throw new AppError(
      'manifest-unsupported',
      `the image in ${path} has ${chosen.layers.length} layers, but its config names ${config.diffIds.length}`,
    );
  }
  for (const [at, diffId] of config.diffIds.entries()) {
    const layer = chosen.layers[at];
    if (!layer) continue;
    const digest = layer.digest ?? (await digestOfLayer(layer.file, diffId, signal));
    layers.push({ digest, size: layer.file.size, diffId, open: async () => layer.file.open() });
  }
  return {
    source: { config: async () => config, layers },
    platform: formatPlatform(platformOf(config)),
    os: config.os,
    ...(chosen.digest ? { digest: chosen.digest } : {}),
    imageId,
    configBytes: chosen.config,
    close: files.close,
  };
}

/** A docker-archive names no digests: a plain tar's is its diff id, which the walk checks; another's is computed. */
async function digestOfLayer(file: ArchiveFile, diffId: Digest, signal: AbortSignal): Promise<Digest> {
  const hash = createHash('sha256');
  let first = true;
  for await (const chunk of file.open()) {
    if (signal.aborted) throw new AppError('canceled', 'reading the archive was stopped', { cause: signal.reason });
    if (first && compressionOf(chunk) === 'none') return diffId;
    first = false;
    hash.update(chunk);
  }
  return first ? diffId : `sha256:${hash.digest('hex')}`;
}
