import type { Digest } from '../../src/model/digest.ts';
import type { SkipReason } from '../../src/model/registry.ts';
import { createTestImage, type TestImage, toContent } from './create-test-image.ts';
import { type PushTarget, pushBlob, pushManifest } from './push-image.ts';

/** What a vendor knows of one tag. */
export interface WorldTag {
  readonly name: string;
  readonly digest: Digest;
  readonly pushedAt: Date;
}

export interface WorldAccessory {
  readonly digest: Digest;
  readonly subject: Digest;
  readonly reason: SkipReason;
}

export interface WorldRepository {
  readonly project: string;
  /** With its project: `team-a/app`. */
  readonly name: string;
  /** Oldest push first. */
  readonly tags: WorldTag[];
  readonly accessories: readonly WorldAccessory[];
}

/** What is in a registry: changed by tests, told by the vendor's API, held by the real registry behind it. */
export interface VendorWorld {
  readonly projects: readonly string[];
  /** Those that this account may see and not read. */
  readonly denied: Set<string>;
  readonly repositories: readonly WorldRepository[];
  readonly images: readonly TestImage[];
}

export interface WorldSize {
  /** Repositories of each project. */
  readonly repositories: Readonly<Record<string, number>>;
  /** Tags of the large repository, each an image of its own. */
  readonly tags: number;
  /** Tags of every other one. */
  readonly fewTags: number;
}

export const LARGE = 'team-a/large';
export const DENIED = 'team-c';
const FIRST_PUSH = Date.parse('2026-01-01T00:00:00Z');

/**
 * A world of three projects, the last one denied; a repository of the first has many tags and accessories.
 * @param prefix of all names, `lab/`; the real registry has them without
 */
export function createWorld(size: WorldSize, nested: boolean, prefix = ''): VendorWorld {
  const images = createImages(size.tags);
  const repositories: WorldRepository[] = [
    { ...repositoryOf(prefix, LARGE, images, 0), accessories: accessoriesOf(images) },
  ];
  for (const [project, count] of Object.entries(size.repositories)) {
    for (let at = 0; at < count; at += 1) {
      const name = `${project}/${nested && at % 2 === 1 ? 'group/' : ''}app-${String(at).padStart(4, '0')}`;
      repositories.push(repositoryOf(prefix, name, images.slice(0, size.fewTags), repositories.length));
    }
  }
  const projects = Object.keys(size.repositories).map((project) => `${prefix}${project}`);
  return { projects, denied: new Set([`${prefix}${DENIED}`]), repositories, images };
}

/** Images that differ in nothing but their manifest, so that each is one request to push. */
function createImages(count: number): readonly TestImage[] {
  const image = createTestImage('vendor');
  const manifest = JSON.parse(image.manifest.body.toString('utf8'));
  return Array.from({ length: count }, (_, at) => ({
    ...image,
    manifest: toContent(image.manifest.mediaType, JSON.stringify({ ...manifest, annotations: { number: `${at}` } })),
  }));
}

function repositoryOf(prefix: string, name: string, images: readonly TestImage[], at: number): WorldRepository {
  const tags = images.map(({ manifest }, index) => ({
    name: `v${index}`,
    digest: manifest.digest,
    pushedAt: new Date(FIRST_PUSH + (at * 10_000 + index) * 60_000),
  }));
  return { project: `${prefix}${name.split('/')[0]}`, name: `${prefix}${name}`, tags, accessories: [] };
}

function accessoriesOf(images: readonly TestImage[]): readonly WorldAccessory[] {
  const [first, second] = images;
  if (first === undefined || second === undefined) return [];
  const of = (seed: string, subject: TestImage, reason: SkipReason) => ({
    digest: createTestImage(seed).manifest.digest,
    subject: subject.manifest.digest,
    reason,
  });
  return [of('signature', first, 'signature'), of('sbom', second, 'sbom'), of('other signature', second, 'signature')];
}

const PUSHES_AT_ONCE = 8;

/** Puts every image of some repositories into a real registry, with its tags. */
export async function pushRepositories(
  target: PushTarget,
  repositories: readonly WorldRepository[],
  images: readonly TestImage[],
): Promise<void> {
  const byDigest = new Map(images.map((image) => [image.manifest.digest, image]));
  const waiting = [...repositories];
  const push = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await pushRepository(target, next, byDigest);
  };
  await Promise.all(Array.from({ length: PUSHES_AT_ONCE }, push));
}

/** One after the other: the real registry does not take the same blob twice at once. */
async function pushRepository(
  target: PushTarget,
  { name, tags }: WorldRepository,
  byDigest: ReadonlyMap<Digest, TestImage>,
): Promise<void> {
  const sent = new Set<Digest>();
  for (const tag of tags) {
    const image = byDigest.get(tag.digest);
    if (image === undefined) throw new Error(`${name}:${tag.name} is no image of the world`);
    for (const blob of [image.config, ...image.layers].filter(({ digest }) => !sent.has(digest))) {
      await pushBlob(target, name, blob);
      sent.add(blob.digest);
    }
    await pushManifest(target, name, tag.name, image.manifest);
  }
}

/** Without what this account may not read. */
export function readable(world: VendorWorld): readonly WorldRepository[] {
  return world.repositories.filter(({ project }) => !world.denied.has(project));
}
