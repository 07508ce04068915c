import { ImageList, type ImageRow } from './api-answers.ts';
import { CommandFailure } from './command-failure.ts';
import type { Api } from './connect-api.ts';
import { readAllPages } from './read-pages.ts';

const ID = /^\d{1,15}$/;
/** Of a digest as tools print it, whole or its beginning; the algorithm may be left out behind an `@`. */
const DIGEST = /^sha256:[0-9a-f]{6,64}$/;
const HEX = /^[0-9a-f]{6,64}$/;
const CANDIDATES = 10;

/** An API filter that wants exactly this value. */
export const exactly = (name: string, value: string) => ({ Name: name, Values: [value], ExactMatch: true });
/** An API filter for a part of the value. */
export const containing = (name: string, value: string) => ({ Name: name, Values: [value], ExactMatch: false });

/** `address:tag` of a row, as a person types it. */
export const referenceOf = (row: ImageRow): string => `${row.ImageRepoAddress}:${row.ImageTag}`;

const ALGORITHM = 'sha256:';
const SHORT = 12; // hex digits, as docker shows them

export const shortDigest = (row: ImageRow): string => row.ImageDigest.slice(ALGORITHM.length, ALGORITHM.length + SHORT);

/**
 * The one image that a person means by an id, an image id or digest or its beginning, or a reference that may leave out
 * its front and may end with a digest (`app:1.2`, `team/app`, `app:1.2@3f0c5b`); throws with the candidates when there is none or more than one.
 */
export async function findImage(api: Api, word: string): Promise<ImageRow> {
  const found = await candidates(api, word);
  const [first, ...others] = found;
  if (first && others.length === 0) return first;
  if (!first) {
    throw new CommandFailure(`There is no image "${word}".`, {
      fix: 'See `plimsoll image list`. A new image appears after `plimsoll registry sync`.',
    });
  }
  const names = found.slice(0, CANDIDATES).map((row) => `  ${row.Id}  ${referenceOf(row)}@${shortDigest(row)}`);
  const more = found.length > CANDIDATES ? ['  …'] : [];
  throw new CommandFailure(`"${word}" can be ${found.length} images:\n${[...names, ...more].join('\n')}`, {
    fix: 'Give the tag, the digest or the id.',
  });
}

async function candidates(api: Api, word: string): Promise<readonly ImageRow[]> {
  if (ID.test(word)) return list(api, [exactly('Id', word)]);
  if (DIGEST.test(word)) {
    const byDigest = await list(api, [containing('ImageDigest', word)]);
    return byDigest.length > 0 ? byDigest : list(api, [containing('ImageId', word)]);
  }
  const [named = '', digest] = word.split('@');
  const { path, tag } = splitReference(named);
  const rows = await list(api, [
    containing('ImageRepoAddress', path),
    ...(tag === undefined ? [] : [exactly('ImageTag', tag)]),
    ...(digest === undefined ? [] : [containing('ImageDigest', HEX.test(digest) ? `sha256:${digest}` : digest)]),
  ]);
  return rows.filter((row) => row.ImageRepoAddress === path || row.ImageRepoAddress.endsWith(`/${path}`));
}

function splitReference(word: string): { readonly path: string; readonly tag: string | undefined } {
  const colon = word.indexOf(':', word.lastIndexOf('/') + 1); // a colon before the last slash belongs to a port
  return colon < 0 ? { path: word, tag: undefined } : { path: word.slice(0, colon), tag: word.slice(colon + 1) };
}

function list(api: Api, filters: readonly unknown[]): Promise<readonly ImageRow[]> {
  const read = (page: object) => api.call('DescribeAssetImageRegistryList', { ...page, Filters: filters }, ImageList);
  return readAllPages(read, 100);
}
