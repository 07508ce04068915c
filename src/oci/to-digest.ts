import type { Digest } from '../model/digest.ts';
import { isDigest } from './parse-digest.ts';

const HEX = /^[0-9a-f]{64}$/;

/**
 * The digest in what runtimes call an image: `sha256:…`, `host/app@sha256:…`, `docker-pullable://app@sha256:…`,
 * `docker://sha256:…`, or 64 hex digits alone. undefined where there is none.
 */
export function toDigest(text: string): Digest | undefined {
  const last = text.slice(text.lastIndexOf('@') + 1);
  const bare = last.slice(last.lastIndexOf('/') + 1);
  const digest = HEX.test(bare) ? `sha256:${bare}` : bare;
  return isDigest(digest) ? digest : undefined;
}
