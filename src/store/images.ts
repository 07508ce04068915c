import { compactCounters } from './compact-counters.ts';
import type { Database } from './database.ts';
import { imageSelection } from './image-conditions.ts';
import { imagesById, listImageIds, listImages } from './image-list.ts';
import { knownTags, recordWalked, removeUnseen, saveTags, walkedSince } from './image-sync.ts';
import { countImageTotals } from './image-totals.ts';
import { listNamespaces } from './namespaces.ts';
import { removeTags } from './remove-tags.ts';
import type { HistoryEntry, ImageStore } from './store.ts';

const IDS_PER_STATEMENT = 5_000;

export function createImageStore({ engine, read, write, transaction }: Database): ImageStore {
  const select: ImageStore['select'] = async (selection) => {
    const rows = await read
      .selectFrom('images')
      .select('images.id')
      .where((eb) => imageSelection(eb, selection))
      .orderBy('images.id', 'desc')
      .execute();
    return rows.map((row) => row.id);
  };
  return {
    list: (query) => listImages(read, query),
    ids: (query) => listImageIds(read, query),
    byIds: (ids) => imagesById(read, ids),
    get: async (id) => (await imagesById(read, [id]))[0],
    findByImageId: async (imageId) => {
      const row = await read
        .selectFrom('images')
        .select('id')
        .where('image_id', '=', imageId)
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && (await imagesById(read, [row.id]))[0];
    },
    namespaces: (query) => listNamespaces(read, query),
    totals: (since) => countImageTotals(read, since),
    select,
    history: async (artifactId) => {
      const row = await read.selectFrom('artifacts').select('history').where('id', '=', artifactId).executeTakeFirst();
      return row ? (JSON.parse(row.history) as HistoryEntry[]) : [];
    },
    repositories: async (registryId) => {
      const rows = await read
        .selectFrom('repositories')
        .select('path')
        .where('registry_id', '=', registryId)
        .orderBy('path')
        .execute();
      return rows.map((row) => row.path);
    },
    knownTags: (registryId, repository) => knownTags(read, registryId, repository),
    walkedSince: (registryId, since) => walkedSince(read, registryId, since),
    recordWalked: (registryId, repository, at) => recordWalked(write, registryId, repository, at),
    saveTags: (registryId, repository, tags) =>
      transaction((trx) => saveTags(trx, engine, registryId, repository, tags)),
    touchTags: async (tagIds, syncedAt) => {
      for (let at = 0; at < tagIds.length; at += IDS_PER_STATEMENT) {
        await write
          .updateTable('tags')
          .set({ synced_at: syncedAt.getTime() })
          .where('id', 'in', tagIds.slice(at, at + IDS_PER_STATEMENT))
          .execute();
      }
    },
    removeUnseen: (registryId, startedAt, now) => transaction((trx) => removeUnseen(trx, registryId, startedAt, now)),
    removeTags: (registryId, repository, tagIds, since) =>
      transaction((trx) => removeTags(trx, registryId, repository, tagIds, since)),
    compactCounts: () => compactCounters(engine, write),
  };
}
