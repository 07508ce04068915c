import { setTimeout as sleep } from 'node:timers/promises';
import type { SeenTag, Store } from '../../src/store/store.ts';
import {
  builtImage,
  contentOf,
  type Estate,
  IMAGES_ALIKE,
  pathOf,
  REPOSITORIES_ALIKE,
  registryOf,
  tagsOf,
} from './estate.ts';

/** Every hundred repositories are alike: those from here on hold fifty tags and more. */
const BUSY_FROM = 97;

/** Where to write. */
export interface Written {
  readonly store: Store;
  readonly estate: Estate;
}

export interface Writer {
  /** From now on there; undefined: nowhere. */
  turnTo(place: Written | undefined): void;
  /** Rows written each second that it had a place. */
  stop(): Promise<number>;
}

/**
 * What a sync of busy repositories does, by the store's own method: every tag points at a new image, whose row takes the place of
 * the old one. The estate stays as large as it is.
 */
export function writeSteadily(rowsPerSecond: number): Writer {
  let place: Written | undefined;
  let isStopped = false;
  let written = 0;
  let milliseconds = 0;
  let turn = Math.floor(Date.now() / 1_000) % 1_000_000; // other images than those of earlier runs
  const writing = (async () => {
    while (!isStopped) {
      const start = performance.now();
      const at = place;
      const rows = at ? await moveTags(at, turn++) : 0;
      await sleep(Math.max(1, (rows / rowsPerSecond) * 1_000 - (performance.now() - start)));
      if (at) milliseconds += performance.now() - start;
      written += rows;
    }
  })();
  return {
    turnTo: (next) => {
      place = next;
    },
    stop: async () => {
      isStopped = true;
      await writing;
      return milliseconds === 0 ? 0 : written / (milliseconds / 1_000);
    },
  };
}

async function moveTags({ store, estate }: Written, turn: number): Promise<number> {
  const group = turn % (estate.repositories / REPOSITORIES_ALIKE);
  const repository = group * REPOSITORIES_ALIKE + BUSY_FROM + (turn % 3);
  const first = firstImageOf(repository);
  const tags = Array.from({ length: tagsOf(repository) }, (_, tag) => movedTag(first + tag, tag, turn, estate));
  await store.images.saveTags(registryOf(repository, estate), pathOf(repository), tags);
  return tags.length;
}

function firstImageOf(repository: number): number {
  const alike = Math.floor(repository / REPOSITORIES_ALIKE);
  let image = alike * IMAGES_ALIKE;
  for (let before = alike * REPOSITORIES_ALIKE; before < repository; before++) image += tagsOf(before);
  return image;
}

function movedTag(image: number, tag: number, turn: number, estate: Estate): SeenTag {
  const { tag: name, digest, content, size, createdAt } = builtImage(image, tag, turn, estate);
  const seen = { digest, platform: 'linux/amd64', size, artifact: contentOf(content) };
  return {
    name,
    digest,
    syncedAt: new Date(),
    skipped: {},
    images: [{ ...seen, ...(createdAt === undefined ? {} : { createdAt: new Date(createdAt) }) }],
  };
}
