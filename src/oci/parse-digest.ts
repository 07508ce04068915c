import { AppError } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const OTHER_ALGORITHM = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[A-Za-z0-9=_-]+$/;

export function isDigest(text: string): text is Digest {
  return DIGEST.test(text);
}

/**
 * A content address of the image spec, sha256 only: https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests
 * @throws AppError `manifest-unsupported`
 */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new AppError('manifest-unsupported', describeBadDigest(text));
}

/** Says what is wrong with a text that should have been a digest. */
export function describeBadDigest(text: string): string {
  const shown = JSON.stringify(text.slice(0, 100));
  if (text.startsWith('sha256:'))
    return `${shown} is not a digest: sha256: needs exactly 64 lower-case hex digits after it.`;
  if (OTHER_ALGORITHM.test(text))
    return `The digest ${shown} uses an algorithm other than sha256, which is not supported.`;
  return `${shown} is not a digest of the form sha256:<64 hex digits>.`;
}
