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

/** As many registries are listed at once. */
const SYNCS = 4;
/** What was not written in time is written later, but not more than of so long. */
const MOST_BEHIND_MS = 2_000;

/**
 * What syncs of busy repositories do, by the store's own method: every tag points at a new image, whose row takes the place of
 * the old one. The estate stays as large as it is.
 */
export function writeSteadily(rowsPerSecond: number): Writer {
  const clock = createPlaceClock();
  let isStopped = false;
  let written = 0;
  let turn = Math.floor(Date.now() / 1_000) % 1_000_000; // other images than those of earlier runs
  let dueAt = 0;
  const write = async () => {
    while (!isStopped) {
      const [place, at] = [clock.place(), clock.milliseconds()];
      if (!place || dueAt > at) await sleep(2);
      else {
        const move = nextMove(place, turn++);
        dueAt = Math.max(dueAt, at - MOST_BEHIND_MS) + (move.tags.length / rowsPerSecond) * 1_000;
        await place.store.images.saveTags(move.registry, move.path, move.tags);
        written += move.tags.length;
      }
    }
  };
  const writing = Promise.all(Array.from({ length: SYNCS }, write));
  return {
    turnTo: clock.turnTo,
    stop: async () => {
      isStopped = true;
      await writing;
      return written / (clock.milliseconds() / 1_000);
    },
  };
}

/** Goes only while there is a place to write to. */
function createPlaceClock() {
  let place: Written | undefined;
  let turnedAt = performance.now();
  let before = 0;
  const milliseconds = () => (place ? before + performance.now() - turnedAt : before);
  return {
    place: () => place,
    milliseconds,
    turnTo: (next: Written | undefined) => {
      before = milliseconds();
      turnedAt = performance.now();
      place = next;
    },
  };
}

/** All tags of the repository whose turn it is, at new images. */
function nextMove({ estate }: Written, turn: number) {
  const group = turn % (estate.repositories / REPOSITORIES_ALIKE);
  const repository = group * REPOSITORIES_ALIKE + BUSY_FROM + (turn % 3);
  const first = firstImageOf(repository);
  const tags = Array.from({ length: tagsOf(repository) }, (_, tag) => movedTag(first + tag, tag, turn, estate));
  return { registry: registryOf(repository, estate), path: pathOf(repository), tags };
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
