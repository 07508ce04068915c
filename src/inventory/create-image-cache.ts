import { LRUCache } from 'lru-cache';
import type { Digest } from '../model/digest.ts';
import type { ReadImage } from './read-image.ts';

/** Image manifests of one repository already read in this walk: tags and indexes share them. */
export interface ImageCache {
  /** What is known, or what `read` finds out; a failure is not remembered. */
  get(digest: Digest, read: () => Promise<ReadImage>): Promise<ReadImage>;
}

// A hostile config is 8 MiB, and a repository may have a hundred thousand of them.
const MAX_BYTES = 16 * 1024 ** 2;
const BYTES_BESIDE_CONFIG = 1_024;

export function createImageCache(maxBytes = MAX_BYTES): ImageCache {
  const done = new LRUCache<Digest, ReadImage>({ maxSize: maxBytes, sizeCalculation: weigh });
  const underWay = new Map<Digest, Promise<ReadImage>>();

  async function readOnce(digest: Digest, read: () => Promise<ReadImage>): Promise<ReadImage> {
    try {
      const found = await read();
      done.set(digest, found);
      return found;
    } finally {
      underWay.delete(digest);
    }
  }

  return {
    get: async (digest, read) => {
      const known = done.get(digest) ?? underWay.get(digest);
      if (known) return known;
      const reading = readOnce(digest, read);
      underWay.set(digest, reading);
      return reading;
    },
  };
}

function weigh(read: ReadImage): number {
  return BYTES_BESIDE_CONFIG + ('image' in read ? read.configBytes : 0);
}
