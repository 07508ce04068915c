import { AppError } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import type { SkippedCounts, SkipReason } from '../model/registry.ts';
import { classifyIndex, classifyIndexChild } from '../oci/classify.ts';
import { type OciIndex, parseManifest } from '../oci/parse-manifest.ts';
import type { RawManifest, RegistryClient } from '../registries/registry-client.ts';
import type { SeenImage, SeenTag } from '../store/store.ts';
import { type ReadImage, readImage } from './read-image.ts';

/** Image manifests of a repository already read in this walk, by digest: tags share them. */
export type ReadImages = Map<Digest, Promise<ReadImage>>;

/** Reads what a tag points at: one image, or one per platform of an index. */
export async function readTag(
  client: RegistryClient,
  repository: string,
  tag: string,
  alreadyRead: ReadImages,
  signal: AbortSignal,
): Promise<Omit<SeenTag, 'syncedAt'>> {
  const raw = await client.manifest(repository, tag, signal);
  const images: SeenImage[] = [];
  const skipped: Partial<Record<SkipReason, number>> = {};
  const take = (read: ReadImage) => {
    if ('image' in read) images.push(read.image);
    else skipped[read.skipped] = (skipped[read.skipped] ?? 0) + 1;
  };
  for await (const read of readManifest(client, repository, raw, alreadyRead, signal)) take(read);
  return {
    name: tag,
    digest: raw.digest,
    ...(raw.etag ? { etag: raw.etag } : {}),
    images,
    skipped: skipped satisfies Partial<SkippedCounts>,
  };
}

async function* readManifest(
  client: RegistryClient,
  repository: string,
  raw: RawManifest,
  alreadyRead: ReadImages,
  signal: AbortSignal,
): AsyncIterable<ReadImage> {
  const manifest = parseOrSkip(raw);
  if ('skipped' in manifest) yield manifest;
  else if (manifest.kind === 'image') {
    yield await once(alreadyRead, raw.digest, () =>
      unreadableIfMissing(readImage(client, repository, raw.digest, manifest, signal)),
    );
  } else yield* readIndex(client, repository, manifest, alreadyRead, signal);
}

async function* readIndex(
  client: RegistryClient,
  repository: string,
  index: OciIndex,
  alreadyRead: ReadImages,
  signal: AbortSignal,
): AsyncIterable<ReadImage> {
  const notImages = classifyIndex(index);
  if (notImages) {
    yield { skipped: notImages };
    return;
  }
  for (const child of index.children) {
    const skipped = classifyIndexChild(child);
    if (skipped) yield { skipped };
    else
      yield await once(alreadyRead, child.digest, () =>
        unreadableIfMissing(readChild(client, repository, child.digest, signal)),
      );
  }
}

async function readChild(
  client: RegistryClient,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<ReadImage> {
  const raw = await client.manifest(repository, digest, signal);
  const manifest = parseOrSkip(raw);
  if ('skipped' in manifest) return manifest;
  if (manifest.kind === 'index') return { skipped: 'manifest-unsupported' };
  return readImage(client, repository, raw.digest, manifest, signal);
}

/** A manifest without its parts: some registries keep only the platforms of an index that were asked for. */
async function unreadableIfMissing(reading: Promise<ReadImage>): Promise<ReadImage> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof AppError && error.code === 'image-not-found') return { skipped: 'unreadable' };
    throw error;
  }
}

function parseOrSkip(raw: RawManifest): ReturnType<typeof parseManifest> | { readonly skipped: SkipReason } {
  try {
    return parseManifest(raw);
  } catch (error) {
    if (error instanceof AppError && error.code === 'manifest-unsupported') return { skipped: 'manifest-unsupported' };
    throw error;
  }
}

function once(cache: ReadImages, digest: Digest, read: () => Promise<ReadImage>): Promise<ReadImage> {
  const known = cache.get(digest);
  if (known) return known;
  const reading = read();
  cache.set(digest, reading);
  reading.catch(() => cache.delete(digest));
  return reading;
}
