import { sql, type Transaction } from 'kysely';
import type { SeenTag } from './store.ts';
import type { Tables } from './tables.ts';

/**
 * Of a row that its registry no longer lists: nobody runs it. Where that is not known, a source whose word is too old
 * keeps what it named.
 */
export const mayGo = sql<boolean>`(images.running = 0 or (images.running is null and not exists (
  select 1 from runtime_digests where runtime_digests.digest in (images.digest, images.image_id, images.tag_digest))))`;

type Write = Transaction<Tables>;

const ROWS_PER_STATEMENT = 100;

/** Rows that stayed when their tags moved on, because they ran, and that nobody runs any more. */
export async function removeMoved(
  trx: Write,
  registryId: number,
): Promise<readonly { readonly repository_id: number }[]> {
  const rows = await trx
    .selectFrom('images')
    .innerJoin('tags', 'tags.id', 'images.tag_id')
    .select(['images.id', 'images.repository_id'])
    .where('images.registry_id', '=', registryId)
    .whereRef('images.tag_digest', '<>', 'tags.digest')
    .where(mayGo)
    .orderBy('images.id')
    .execute();
  for (const ids of inParts(rows.map(({ id }) => id))) {
    await trx.deleteFrom('images').where('id', 'in', ids).execute();
  }
  return rows;
}

/** Moved tags: their old rows go, unless a running container still uses them. */
export async function deleteOutdated(
  trx: Write,
  tags: readonly SeenTag[],
  tagIds: ReadonlyMap<string, number>,
): Promise<void> {
  const kept = new Set(tags.flatMap((tag) => tag.images.map(({ digest }) => `${tagIds.get(tag.name)} ${digest}`)));
  for (const part of inParts([...tagIds.values()])) {
    const rows = await trx
      .selectFrom('images')
      .select(['id', 'tag_id', 'digest'])
      .where('tag_id', 'in', part)
      .execute();
    const outdated = rows.filter((row) => !kept.has(`${row.tag_id} ${row.digest}`)).map((row) => row.id);
    for (const ids of inParts(outdated)) {
      await trx.deleteFrom('images').where('id', 'in', ids).where(mayGo).execute();
    }
  }
}

/** Rows that an index lists as the one before it did. */
export async function moveAlong(
  trx: Write,
  tags: readonly SeenTag[],
  tagIds: ReadonlyMap<string, number>,
): Promise<void> {
  for (const part of inParts(tags)) {
    const ids = part.map(({ name }) => tagIds.get(name) ?? 0);
    const rows = await trx
      .selectFrom('images')
      .innerJoin('tags', 'tags.id', 'images.tag_id')
      .select(['images.id', 'images.digest', 'images.tag', 'tags.digest as tag_digest'])
      .where('images.tag_id', 'in', ids)
      .whereRef('images.tag_digest', '<>', 'tags.digest')
      .execute();
    const listed = new Set(part.flatMap(({ name, images }) => images.map(({ digest }) => `${name} ${digest}`)));
    for (const { id, digest, tag, tag_digest } of rows) {
      if (listed.has(`${tag} ${digest}`))
        await trx.updateTable('images').set({ tag_digest }).where('id', '=', id).execute();
    }
  }
}

function* inParts<T>(all: readonly T[]): Generator<T[]> {
  for (let at = 0; at < all.length; at += ROWS_PER_STATEMENT) yield all.slice(at, at + ROWS_PER_STATEMENT);
}
