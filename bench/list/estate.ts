import { createHash } from 'node:crypto';
import type { Insertable } from 'kysely';
import type { Digest } from '../../src/model/digest.ts';
import { splitRepository } from '../../src/store/image-sync.ts';
import type { NewArtifact } from '../../src/store/store.ts';
import type { Tables } from '../../src/store/tables.ts';
import { seededRandom } from '../seeded-random.ts';

/** How much there is of everything in an estate of so many images; the same shares at every size. */
export interface Estate {
  readonly images: number;
  readonly repositories: number;
  readonly registries: number;
  readonly contents: number;
}

const IMAGES_PER_REPOSITORY = 5;
const IMAGES_PER_REGISTRY = 3_333;
const FEWEST_REGISTRIES = 10;
const IMAGES_PER_CONTENT = 10;
const DAY_MS = 86_400_000;
const FIRST_BUILD = Date.UTC(2024, 0, 1);
const BUILD_DAYS = 1_000;

const TEAMS = ['payments', 'search', 'platform', 'data', 'mobile', 'web', 'infra', 'security', 'ml', 'growth'];
const NOUNS = ['api', 'worker', 'gateway', 'web', 'cron', 'migrate', 'proxy', 'cache', 'auth', 'report', 'sync'];
export const REGISTRY_TYPES = ['harbor', 'docker', 'quay', 'aws', 'gitlab'];

/** x of 0 ≤ x < 1 that belongs to `at` and to what it is drawn for. */
export const drawn = (at: number, purpose: number): number => seededRandom(at * 64 + purpose)();
const among = (at: number, purpose: number, count: number): number => Math.floor(drawn(at, purpose) * count);

export const digestOf = (seed: string): Digest => `sha256:${createHash('sha256').update(seed).digest('hex')}`;

/** A hundred repositories hold 501 images: sixty hold one each, three of them fifty and more. */
const TAGS_OF_REPOSITORIES: readonly number[] = [
  ...Array.from({ length: 60 }, () => 1),
  ...Array.from({ length: 25 }, (_, at) => 2 + (at % 4)),
  ...Array.from({ length: 12 }, (_, at) => 8 + at),
  50,
  60,
  83,
];
export const REPOSITORIES_ALIKE = TAGS_OF_REPOSITORIES.length;
export const IMAGES_ALIKE = TAGS_OF_REPOSITORIES.reduce((sum, tags) => sum + tags, 0);

/** About so many `images`, a multiple of 500: 1 002 000 are in 200 000 repositories of 300 registries. */
export function estateOf(images: number): Estate {
  const repositories = images / IMAGES_PER_REPOSITORY;
  return {
    images: (repositories / REPOSITORIES_ALIKE) * IMAGES_ALIKE,
    repositories,
    registries: Math.max(FEWEST_REGISTRIES, Math.floor(images / IMAGES_PER_REGISTRY)),
    contents: images / IMAGES_PER_CONTENT,
  };
}

/** Tags of a repository. */
export const tagsOf = (repository: number): number => TAGS_OF_REPOSITORIES[repository % 100] ?? 0;

/** Registries are of unlike sizes: the first holds a fifth of all, the others share the rest. Begins at 1, as ids do. */
export function registryOf(repository: number, { registries }: Estate): number {
  if (repository % 5 === 0) return 1;
  return 2 + among(repository, 1, registries - 1);
}

/** Every team and every noun at every size; the number is what few names share. */
export function pathOf(repository: number): string {
  const noun = NOUNS[among(repository, 2, NOUNS.length)];
  const other = NOUNS[among(repository, 3, NOUNS.length)];
  return `${TEAMS[among(repository, 4, TEAMS.length)]}/${noun}-${other}-${repository.toString(36)}`;
}

export const registryName = (registry: number): string => `registry-${registry}`;
export const hostOf = (registry: number): string => `${registryName(registry)}.example.com`;

export function repositoryRow(repository: number, estate: Estate): Insertable<Tables['repositories']> {
  const registry = registryOf(repository, estate);
  const path = pathOf(repository);
  return {
    id: repository + 1,
    registry_id: registry,
    path,
    ...splitRepository(path),
    address: `${hostOf(registry)}/${path}`,
    walked_at: null,
  };
}

/** What the store's own methods take: contents are the same wherever they are made. */
export function contentOf(content: number): NewArtifact {
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', size: 1_000 };
  return {
    imageId: digestOf(`config ${content}`),
    os: 'linux',
    layers: [{ digest: digestOf(`layer ${content}`), ...layer }],
    history: [],
  };
}

/** Of the image behind a tag, in its `generation`: how often the tag has moved. */
export interface BuiltImage {
  readonly tag: string;
  readonly content: number;
  readonly digest: Digest;
  readonly size: number;
  readonly createdAt: number | undefined;
}

/** One in fifty does not say when it was built, as reproducible builds do not. */
export function builtImage(image: number, tag: number, generation: number, { contents }: Estate): BuiltImage {
  const seed = image + generation * 7_919;
  return {
    tag: tag === 0 ? 'latest' : `${1 + (tag >> 5)}.${tag & 31}.${among(image, 5, 10)}`,
    content: among(seed, 6, contents),
    digest: digestOf(`manifest ${image} ${generation}`),
    size: Math.floor(5_000_000 + drawn(seed, 7) ** 3 * 2_000_000_000),
    createdAt: drawn(seed, 8) < 0.02 ? undefined : FIRST_BUILD + Math.floor(drawn(seed, 9) * BUILD_DAYS * DAY_MS),
  };
}
