import { AppError } from '../model/app-error.ts';
import type { Cause } from '../model/cause.ts';
import type { Digest } from '../model/digest.ts';
import type { SkipReason } from '../model/registry.ts';
import { classifyIndex, classifyIndexChild } from '../oci/classify.ts';
import { isIndexMediaType } from '../oci/media-types.ts';
import { type IndexChild, type OciIndex, parseManifest } from '../oci/parse-manifest.ts';
import { formatPlatform } from '../oci/platform.ts';
import type { RawManifest, RegistryClient } from '../registries/registry-client.ts';
import type { SeenImage, SeenTag } from '../store/store.ts';
import type { ImageCache } from './create-image-cache.ts';
import { type ReadImage, readImage, withNamedPlatform } from './read-image.ts';

/** What a tag points at, and what could not be read of it. */
export interface ReadTag {
  readonly tag: Omit<SeenTag, 'syncedAt'>;
  /** Roughly what it takes to hold it. */
  readonly bytes: number;
  /** Parts that are no images although they should be, for people. */
  readonly notes: readonly string[];
  /** A part failed that may well be readable later, so the tag is not known in full. */
  readonly incomplete: boolean;
}

/** Containers of containers are real (one level); deeper ones are somebody's trick. */
const MAX_DEPTH = 3;
const MAX_PARTS = 1_024;
/** Of all configs of a tag: a thousand hostile ones would be 8 GiB. */
const MAX_CONFIG_BYTES = 32 * 1024 ** 2;

/** Failures of one platform that say nothing about the others of its index. */
const partCauses: readonly Cause[] = ['blob-corrupt', 'image-not-found', 'limit-exceeded', 'manifest-unsupported'];

/**
 * Reads what a tag points at: one image, or one per platform of an index, however nested.
 * @throws AppError what concerns the tag as a whole; of an index that one part cannot be read is only noted
 */
export async function readTag(
  client: RegistryClient,
  repository: string,
  tag: string,
  cache: ImageCache,
  signal: AbortSignal,
): Promise<ReadTag> {
  const raw = await client.manifest(repository, tag, signal);
  const images: SeenImage[] = [];
  const skipped: Partial<Record<SkipReason, number>> = {};
  const notes: string[] = [];
  let parts = 0;
  let bytes = 0;
  let incomplete = false;

  const skip = (reason: SkipReason) => {
    skipped[reason] = (skipped[reason] ?? 0) + 1;
  };
  const take = (read: ReadImage) => {
    if ('skipped' in read) return skip(read.skipped);
    bytes += read.configBytes;
    if (bytes > MAX_CONFIG_BYTES) throw tooLarge(`configs of more than ${MAX_CONFIG_BYTES} bytes`);
    images.push(read.image);
  };

  const readIndex = async (index: OciIndex, depth: number): Promise<void> => {
    const notImages = classifyIndex(index);
    if (notImages) return skip(notImages);
    if (depth > MAX_DEPTH) throw tooLarge(`indexes nested more than ${MAX_DEPTH} deep`);
    for (const child of index.children) {
      const notAnImage = isIndexMediaType(child.mediaType) ? nestedIndexReason(child) : classifyIndexChild(child);
      if (notAnImage) skip(notAnImage);
      else await readPart(child, depth);
    }
  };

  const readPart = async (child: IndexChild, depth: number): Promise<void> => {
    parts += 1;
    if (parts > MAX_PARTS) throw tooLarge(`more than ${MAX_PARTS} parts`);
    try {
      if (isIndexMediaType(child.mediaType)) await readNested(child.digest, depth);
      else take(withNamedPlatform(await cache.get(child.digest, () => readChild(child.digest)), child.platform));
    } catch (error) {
      if (!(error instanceof AppError) || error instanceof TagTooLarge || !partCauses.includes(error.code)) throw error;
      skip(error.code === 'manifest-unsupported' ? error.code : 'unreadable');
      incomplete ||= error.code === 'blob-corrupt' || error.code === 'limit-exceeded';
      const platform = child.platform ? `${formatPlatform(child.platform)} ` : '';
      notes.push(`${platform}${child.digest} is named by its index, but: ${error.message}`);
    }
  };

  const readNested = async (digest: Digest, depth: number): Promise<void> => {
    const manifest = parseManifest(await client.manifest(repository, digest, signal));
    if (manifest.kind !== 'index') throw mistaken(digest, 'an index', 'an image');
    await readIndex(manifest, depth + 1);
  };

  const readChild = async (digest: Digest): Promise<ReadImage> => {
    const manifest = parseManifest(await client.manifest(repository, digest, signal));
    if (manifest.kind === 'index') throw mistaken(digest, 'an image', 'an index');
    return readImage(client, repository, digest, manifest, signal);
  };

  const manifest = parseOrNote(raw, notes);
  if (manifest === undefined) skip('manifest-unsupported');
  else if (manifest.kind === 'index') await readIndex(manifest, 1);
  else take(await cache.get(raw.digest, () => readImage(client, repository, raw.digest, manifest, signal)));
  return {
    tag: { name: tag, digest: raw.digest, ...(raw.etag ? { etag: raw.etag } : {}), images, skipped },
    bytes,
    notes,
    incomplete,
  };
}

/** A nested index is walked, unless it says itself that it holds something else. */
function nestedIndexReason(child: IndexChild): SkipReason | undefined {
  const reason = classifyIndexChild(child);
  return reason === 'manifest-unsupported' ? undefined : reason;
}

function parseOrNote(raw: RawManifest, notes: string[]): ReturnType<typeof parseManifest> | undefined {
  try {
    return parseManifest(raw);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'manifest-unsupported') throw error;
    notes.push(error.message);
    return undefined;
  }
}

function mistaken(digest: Digest, said: string, is: string): AppError {
  return new AppError('manifest-unsupported', `The manifest ${digest} is listed as ${said}, but is ${is}.`);
}

/** A limit of the whole tag, not of one part. */
class TagTooLarge extends AppError {}

function tooLarge(what: string): TagTooLarge {
  return new TagTooLarge('limit-exceeded', `What the tag points at holds ${what}.`);
}
