import { AppError } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import { classifyImageManifest, classifyIndexChild } from '../oci/classify.ts';
import { isIndexMediaType } from '../oci/media-types.ts';
import { MAX_CONFIG_BYTES, parseConfig } from '../oci/parse-config.ts';
import { MAX_MANIFEST_BYTES, type OciImageManifest, type OciIndex, parseManifest } from '../oci/parse-manifest.ts';
import { choosePlatform, defaultPlatform, formatPlatform, type Platform } from '../oci/platform.ts';
import type { ArchiveFile, ArchiveFiles } from './archive-files.ts';
import { type ChosenImage, digestOf, platformOf, readWhole } from './chosen-image.ts';

/** containerd writes an index in the index; nobody nests deeper. */
const MAX_DEPTH = 3;
const MAX_CANDIDATES = 200;

interface Candidate {
  readonly digest: Digest;
  readonly manifest: OciImageManifest;
  readonly platform: Platform;
}

/**
 * Reads an OCI image layout; undefined when there is no index.json. Of a partial export only what is there counts.
 * https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 * @throws AppError `image-not-found`, `manifest-unsupported`, `blob-corrupt`, `limit-exceeded`
 */
export async function readOciLayout(
  files: ArchiveFiles,
  archive: string,
  platform: Platform | undefined,
): Promise<ChosenImage | undefined> {
  const file = await files.find('index.json');
  if (!file) return undefined;
  const index = parseManifest({
    mediaType: '',
    body: await readWhole(file, MAX_MANIFEST_BYTES, `index.json of ${archive}`),
  });
  if (index.kind !== 'index') throw new AppError('manifest-unsupported', `index.json of ${archive} is no index`);

  const candidates = new Map<Digest, Candidate>();
  const absent = new Set<string>();
  await collect(files, index, candidates, absent, 1);
  const chosen = choose([...candidates.values()], absent, archive, platform);
  const layers: { file: ArchiveFile; digest: Digest }[] = [];
  for (const { digest } of chosen.manifest.layers) {
    const layer = await files.find(blobPath(digest));
    if (!layer)
      throw new AppError('image-not-found', `${archive} is incomplete: layer ${digest} of its image is not in it`);
    layers.push({ file: layer, digest });
  }
  const config = await readBlob(files, chosen.manifest.config.digest, MAX_CONFIG_BYTES);
  if (!config) throw new AppError('image-not-found', `${archive} has lost its config while it was read`);
  return { digest: chosen.digest, config, layers };
}

/** Every image below an index whose manifest and config are there. */
async function collect(
  files: ArchiveFiles,
  index: OciIndex,
  found: Map<Digest, Candidate>,
  absent: Set<string>,
  depth: number,
): Promise<void> {
  for (const child of index.children) {
    const isIndex = isIndexMediaType(child.mediaType);
    if (!isIndex && classifyIndexChild(child) !== undefined) continue;
    if (found.has(child.digest)) continue;
    if (depth > MAX_DEPTH || found.size > MAX_CANDIDATES)
      throw new AppError('limit-exceeded', 'the indexes of the image layout hold too much');
    const body = await readBlob(files, child.digest, MAX_MANIFEST_BYTES);
    if (!body) {
      absent.add(child.platform ? formatPlatform(child.platform) : child.digest);
      continue;
    }
    const manifest = parseManifest({ digest: child.digest, mediaType: child.mediaType, body });
    if (manifest.kind === 'index') await collect(files, manifest, found, absent, depth + 1);
    else if (classifyImageManifest(manifest) === undefined) {
      const config = await readBlob(files, manifest.config.digest, MAX_CONFIG_BYTES);
      if (!config) absent.add(child.platform ? formatPlatform(child.platform) : child.digest);
      else
        found.set(child.digest, {
          digest: child.digest,
          manifest,
          platform: child.platform ?? platformOf(parseConfig(config, child.digest)),
        });
    }
  }
}

function choose(
  candidates: readonly Candidate[],
  absent: ReadonlySet<string>,
  archive: string,
  platform: Platform | undefined,
): Candidate {
  const [only] = candidates;
  const chosen =
    choosePlatform(candidates, platform ?? defaultPlatform) ??
    (platform === undefined && candidates.length === 1 ? only : undefined);
  const present = [...new Set(candidates.map((candidate) => formatPlatform(candidate.platform)))].join(', ');
  if (!chosen) {
    const missing = absent.size === 0 ? '' : `; named, but not in it: ${[...absent].slice(0, 20).join(', ')}`;
    throw new AppError(
      'image-not-found',
      `${archive} holds no image for ${formatPlatform(platform ?? defaultPlatform)}; it has ${present || 'none'}${missing}`,
    );
  }
  const others = candidates.filter(
    (candidate) => formatPlatform(candidate.platform) === formatPlatform(chosen.platform),
  );
  if (others.length > 1) {
    throw new AppError(
      'manifest-unsupported',
      `${archive} holds ${others.length} images for ${formatPlatform(chosen.platform)}; export the one to be scanned alone`,
    );
  }
  return chosen;
}

async function readBlob(files: ArchiveFiles, digest: Digest, maxBytes: number): Promise<Buffer | undefined> {
  const file = await files.find(blobPath(digest));
  if (!file) return undefined;
  const bytes = await readWhole(file, maxBytes, `blob ${digest}`);
  if (digestOf(bytes) === digest) return bytes;
  throw new AppError('blob-corrupt', `blob ${digest} of the image layout has the digest ${digestOf(bytes)}`);
}

function blobPath(digest: Digest): string {
  return `blobs/${digest.replace(':', '/')}`;
}
