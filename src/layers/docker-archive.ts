import { z } from 'zod';
import { AppError } from '../model/app-error.ts';
import { MAX_CONFIG_BYTES, parseConfig } from '../oci/parse-config.ts';
import { parseJson } from '../oci/parse-json.ts';
import { MAX_MANIFEST_BYTES } from '../oci/parse-manifest.ts';
import { choosePlatform, formatPlatform, type Platform } from '../oci/platform.ts';
import type { ArchiveFile, ArchiveFiles } from './archive-files.ts';
import { type ChosenImage, platformOf, readWhole } from './chosen-image.ts';
import { normalisePath } from './normalise-path.ts';

const MAX_IMAGES = 100;
const path = z.string().transform((name, context) => {
  const normalised = normalisePath(name, 4_096);
  if ('path' in normalised) return normalised.path;
  context.addIssue(normalised.problem);
  return z.NEVER;
});
/** https://github.com/moby/docker-image-spec/blob/main/spec.md#combined-image-json--filesystem-changeset-format */
const Manifest = z
  .array(
    z.object({ Config: path, RepoTags: z.array(z.string()).nullish(), Layers: z.array(path).max(1_024).nullish() }),
  )
  .max(MAX_IMAGES);
type Entry = z.infer<typeof Manifest>[number];

/**
 * Reads the manifest.json of `docker save`; undefined when there is none.
 * @throws AppError `image-not-found`, `manifest-unsupported`, `limit-exceeded`
 */
export async function readDockerArchive(
  files: ArchiveFiles,
  archive: string,
  platform: Platform | undefined,
): Promise<ChosenImage | undefined> {
  const file = await files.find('manifest.json');
  if (!file) return undefined;
  const what = `manifest.json of ${archive}`;
  const entries = parseJson(await readWhole(file, MAX_MANIFEST_BYTES, what), Manifest, what);
  const candidates: { readonly entry: Entry; readonly platform: Platform }[] = [];
  for (const entry of entries) {
    const config = await readConfig(files, archive, entry);
    candidates.push({ entry, platform: platformOf(parseConfig(config, `${entry.Config} of ${archive}`)) });
  }
  const fitting = platform ? candidates.filter((candidate) => choosePlatform([candidate], platform)) : candidates;
  const [chosen, another] = fitting;
  if (!chosen) {
    const present = candidates.map((candidate) => formatPlatform(candidate.platform)).join(', ') || 'none at all';
    throw new AppError(
      'image-not-found',
      `${archive} holds no image for ${platform ? formatPlatform(platform) : 'any platform'}; it has ${present}`,
    );
  }
  if (another) {
    const tags = entries.flatMap(({ RepoTags }) => RepoTags ?? []).slice(0, 10);
    throw new AppError(
      'manifest-unsupported',
      `${archive} holds ${entries.length} images (${tags.join(', ') || 'without tags'}); save the one to be scanned alone`,
    );
  }
  const layers: { file: ArchiveFile }[] = [];
  for (const name of chosen.entry.Layers ?? []) layers.push({ file: await findOrThrow(files, archive, name) });
  return { config: await readConfig(files, archive, chosen.entry), layers };
}

async function readConfig(files: ArchiveFiles, archive: string, { Config }: Entry): Promise<Uint8Array> {
  return readWhole(await findOrThrow(files, archive, Config), MAX_CONFIG_BYTES, `config ${Config} of ${archive}`);
}

async function findOrThrow(files: ArchiveFiles, archive: string, name: string): Promise<ArchiveFile> {
  const file = await files.find(name);
  if (file) return file;
  throw new AppError(
    'manifest-unsupported',
    `${archive} is incomplete: its manifest.json names ${name}, which is not in it`,
  );
}
