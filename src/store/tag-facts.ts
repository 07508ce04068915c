import { sql } from 'kysely';
import type { SkippedCounts } from '../model/registry.ts';
import type { Database } from './database.ts';

/** A tag as the last walk of its repository saw it, also where it is no image. */
export interface TagFacts {
  readonly repository: string;
  readonly tag: string;
  /** Of the index or manifest the tag points at. */
  readonly digest: string;
  readonly syncedAt: Date;
  readonly skipped: Partial<SkippedCounts>;
  /** Rows of the list that it gives. */
  readonly images: number;
}

/** What is known of tags: why something is not in the list. */
export interface TagStore {
  /** Repositories of a registry whose path is this, or ends with it after a slash; at most 100. */
  repositories(registryId: number, path: string): Promise<readonly string[]>;
  /** Tags of a repository, newest seen first; at most `limit`, all names or this one. */
  tags(registryId: number, repository: string, name: string | undefined, limit: number): Promise<readonly TagFacts[]>;
}

const MOST = 100;

export function createTagStore({ read }: Database): TagStore {
  return {
    repositories: async (registryId, path) => {
      const rows = await read
        .selectFrom('repositories')
        .select('path')
        .where('registry_id', '=', registryId)
        .where((eb) =>
          eb.or([
            eb('path', '=', path),
            eb(sql<string>`substr(path, length(path) - length(cast(${path} as text)))`, '=', `/${path}`),
          ]),
        )
        .orderBy('path')
        .limit(MOST)
        .execute();
      return rows.map((row) => row.path);
    },
    tags: async (registryId, repository, name, limit) => {
      let query = read
        .selectFrom('tags')
        .innerJoin('repositories', 'repositories.id', 'tags.repository_id')
        .select(['tags.name', 'tags.digest', 'tags.skipped', 'tags.synced_at'])
        .select((eb) =>
          eb
            .selectFrom('images')
            .select(eb.fn.countAll<number>().as('n'))
            .whereRef('images.tag_id', '=', 'tags.id')
            .as('images'),
        )
        .where('repositories.registry_id', '=', registryId)
        .where('repositories.path', '=', repository);
      if (name !== undefined) query = query.where('tags.name', '=', name);
      const rows = await query.orderBy('tags.synced_at', 'desc').orderBy('tags.name').limit(limit).execute();
      return rows.map((row) => ({
        repository,
        tag: row.name,
        digest: row.digest,
        syncedAt: new Date(Number(row.synced_at)),
        skipped: JSON.parse(row.skipped) as TagFacts['skipped'],
        images: Number(row.images ?? 0),
      }));
    },
  };
}
