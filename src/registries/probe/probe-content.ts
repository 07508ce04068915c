import { AppError } from '../../model/app-error.ts';
import type { Cause } from '../../model/cause.ts';
import type { StageResult } from '../../model/connection-report.ts';
import { classifyTag } from '../../oci/classify.ts';
import { type Descriptor, parseManifest } from '../../oci/parse-manifest.ts';
import { explainCatalogFailure } from '../explain-catalog-failure.ts';
import type { RegistryClient } from '../registry-client.ts';
import { runStage, type StageFinding, skippedStage } from './run-stage.ts';

export interface ContentProbe {
  readonly stages: readonly StageResult[];
  /** Nobody knows whether it is empty or hides everything. */
  readonly isCatalogEmpty: boolean;
  /** First parts of repository names, of those that were tried. */
  readonly deniedProjects: readonly string[];
}

interface Tag {
  readonly repository: string;
  readonly tag: string;
}

// One page of a catalog, and few enough requests that no budget is hurt.
const NAMES_READ = 500;
const PROJECTS_TRIED = 8;
const TAGS_READ = 50;
// A name that no registry can have, or one repository that is broken: the next one may do.
const OF_ONE_REPOSITORY: readonly Cause[] = ['image-not-found', 'limit-exceeded', 'registry-error'];
const DENIALS: readonly Cause[] = ['permission-denied', 'authentication-failed'];

/** Stages `catalog`, `tags`, `manifest`, `blob`: the way of one image, down to the first bytes of its smallest part. */
export async function probeContent(client: RegistryClient, signal: AbortSignal): Promise<ContentProbe> {
  const catalog = await runStage('catalog', () => readCatalog(client, signal));
  const names = catalog.value;
  if (!names) return ended([catalog.result], 'The catalog could not be read.');
  if (names.length === 0) return { ...ended([catalog.result], 'There is no repository to try.'), isCatalogEmpty: true };

  const denied: string[] = [];
  const tags = await runStage('tags', () => findTag(client, names, denied, signal));
  const before = [catalog.result, tags.result];
  if (tags.value === undefined) return { ...ended(before, 'No tags could be read.'), deniedProjects: denied };
  if (tags.value === 'none') {
    return { ...ended(before, 'None of the repositories that were tried has a tag.'), deniedProjects: denied };
  }
  const found = tags.value;
  const manifest = await runStage('manifest', () => readParts(client, found, signal));
  if (!manifest.value) {
    return { ...ended([...before, manifest.result], 'There is no manifest.'), deniedProjects: denied };
  }
  const part = manifest.value;
  const blob =
    part === 'none' ? undefined : await runStage('blob', () => readBytes(client, found.repository, part, signal));
  const last = blob?.result ?? skippedStage('blob', 'The manifest names no part.');
  return { stages: [...before, manifest.result, last], isCatalogEmpty: false, deniedProjects: denied };
}

function ended(stages: readonly StageResult[], why: string): ContentProbe {
  const left = (['catalog', 'tags', 'manifest', 'blob'] as const).slice(stages.length);
  const skipped = left.map((stage) => skippedStage(stage, why));
  return { stages: [...stages, ...skipped], isCatalogEmpty: false, deniedProjects: [] };
}

async function readCatalog(client: RegistryClient, signal: AbortSignal) {
  const names: string[] = [];
  try {
    for await (const name of client.repositories(signal)) {
      names.push(name);
      if (names.length >= NAMES_READ) break;
    }
  } catch (error) {
    throw error instanceof AppError ? explainCatalogFailure(error) : error;
  }
  const more = names.length >= NAMES_READ ? ' or more' : '';
  return { value: names, detail: `${names.length}${more} repositories` };
}

/** One repository of each project, until one has an image; those that refuse are remembered. */
async function findTag(
  client: RegistryClient,
  names: readonly string[],
  denied: string[],
  signal: AbortSignal,
): Promise<StageFinding<Tag | 'none'>> {
  const projects = new Map(names.map((name) => [projectOf(name), name]));
  let found: Tag | undefined;
  let refusal: AppError | undefined;
  let trouble: AppError | undefined;
  let tried = 0;
  for (const [project, repository] of [...projects].slice(0, PROJECTS_TRIED)) {
    tried += 1;
    try {
      const tag = await firstTag(client, repository, signal);
      if (tag !== undefined) found ??= { repository, tag };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (DENIALS.includes(error.code)) {
        refusal ??= error;
        denied.push(project);
      } else if (OF_ONE_REPOSITORY.includes(error.code)) trouble ??= error;
      else throw error;
    }
  }
  if (refusal && denied.length === tried) throw new AppError('permission-denied', refusal.message);
  if (!found && trouble) throw trouble;
  const refused = denied.length > 0 ? `; ${denied.length} of ${tried} projects refused` : '';
  if (!found) return { value: 'none', detail: `no tag in ${tried} repositories${refused}` };
  return { value: found, detail: `${found.repository}:${found.tag}${refused}` };
}

async function firstTag(client: RegistryClient, repository: string, signal: AbortSignal): Promise<string | undefined> {
  let read = 0;
  for await (const { name, skipped } of client.tags(repository, signal)) {
    if (!skipped && classifyTag(name) === undefined) return name;
    read += 1;
    if (read >= TAGS_READ) return undefined;
  }
  return undefined;
}

const projectOf = (repository: string) => repository.split('/', 1)[0] ?? repository;

async function readParts(
  client: RegistryClient,
  { repository, tag }: Tag,
  signal: AbortSignal,
): Promise<StageFinding<Descriptor | 'none'>> {
  const top = parseManifest(await client.manifest(repository, tag, signal));
  const [child] = top.kind === 'index' ? top.children : [];
  const platform = child ? parseManifest(await client.manifest(repository, child.digest, signal)) : top;
  if (platform.kind === 'index') return { value: 'none', detail: 'an index without images' };
  const smallest = [platform.config, ...platform.layers].toSorted((a, b) => a.size - b.size)[0] ?? platform.config;
  return { value: smallest, detail: `${platform.layers.length} layers${child ? ', of an index' : ''}` };
}

/** The first bytes prove the way to the storage, which is often another host; the rest is let go. */
async function readBytes(client: RegistryClient, repository: string, part: Descriptor, signal: AbortSignal) {
  const { stream, size = part.size } = await client.blob(repository, part.digest, signal);
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      return { value: true, detail: `${chunk.byteLength} of ${size} bytes read` };
    }
    return { value: true, detail: 'it is empty' };
  } finally {
    stream.destroy();
  }
}
