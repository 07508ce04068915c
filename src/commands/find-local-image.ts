import type { Image } from '../model/image.ts';
import type { ImageCondition } from '../store/image-query.ts';
import type { Store } from '../store/store.ts';
import { CommandFailure } from './command-failure.ts';

const ID = /^\d{1,15}$/;
/** Of a digest as tools print it, whole or its beginning; the algorithm may be left out behind an `@`. */
const DIGEST = /^sha256:[0-9a-f]{6,64}$/;
const HEX = /^[0-9a-f]{6,64}$/;
const CANDIDATES = 10;
const SHORT = 12;
const ALGORITHM = 'sha256:';

/** `address:tag`, as a person types it. */
export const referenceOfImage = ({ address, tag }: Pick<Image, 'address' | 'tag'>): string => `${address}:${tag}`;

/** As `findImage`, in the store of this machine instead of a server. Throws with the candidates when there is none or more than one. */
export async function findLocalImage(store: Store, word: string): Promise<Image> {
  const found = await localImages(store, word);
  const [first, ...others] = found;
  if (first && others.length === 0) return first;
  if (!first) {
    throw new CommandFailure(`There is no image "${word}".`, {
      fix: `See \`plimsoll image list\`; \`plimsoll image why-not ${word}\` says why it is not there.`,
    });
  }
  const names = found.slice(0, CANDIDATES).map((image) => {
    const digest = image.digest.slice(ALGORITHM.length, ALGORITHM.length + SHORT);
    return `  ${image.id}  ${referenceOfImage(image)}@${digest}  ${image.platform}`;
  });
  const more = found.length > CANDIDATES ? ['  …'] : [];
  throw new CommandFailure(`"${word}" can be ${found.length} images:\n${[...names, ...more].join('\n')}`, {
    fix: 'Give the tag, the digest or the id.',
  });
}

/** Every row that the word may mean: an id, a digest or its beginning, or a reference that may leave out its front. */
export async function localImages(store: Store, word: string): Promise<readonly Image[]> {
  if (ID.test(word)) return list(store, [{ kind: 'value', field: 'id', values: [Number(word)] }]);
  if (DIGEST.test(word)) {
    const byDigest = await list(store, [containing('digest', word)]);
    return byDigest.length > 0 ? byDigest : list(store, [containing('imageId', word)]);
  }
  const { path, tag, digest } = splitWord(word);
  const rows = await list(store, [
    containing('address', path),
    ...(tag === undefined ? [] : [equals('tag', tag)]),
    ...(digest === undefined ? [] : [containing('digest', HEX.test(digest) ? `${ALGORITHM}${digest}` : digest)]),
  ]);
  return rows.filter(({ address }) => address === path || address.endsWith(`/${path}`));
}

export interface ImageWord {
  /** The address, or its end. */
  readonly path: string;
  readonly tag?: string;
  /** Whole, or its beginning. */
  readonly digest?: string;
}

/** `registry:5000/team/app:1.2@3f0c5b` → its parts. */
export function splitWord(word: string): ImageWord {
  const [named = '', digest] = word.split('@');
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1); // a colon before the last slash belongs to a port
  return {
    path: colon < 0 ? named : named.slice(0, colon),
    ...(colon < 0 ? {} : { tag: named.slice(colon + 1) }),
    ...(digest === undefined ? {} : { digest }),
  };
}

type TextField = Extract<ImageCondition, { kind: 'text' }>['field'];
const equals = (field: TextField, value: string): ImageCondition => ({
  kind: 'text',
  field,
  match: 'equals',
  values: [value],
});
const containing = (field: TextField, value: string): ImageCondition => ({
  kind: 'text',
  field,
  match: 'contains',
  values: [value],
});

const MOST = 1_000; // enough to say that a word is ambiguous

async function list(store: Store, conditions: readonly ImageCondition[]): Promise<readonly Image[]> {
  const sort = { key: 'id', direction: 'asc' } as const;
  const query = { conditions, latestOnly: false, runningOnly: false, sort, offset: 0, limit: MOST };
  return (await store.images.list(query)).rows;
}
