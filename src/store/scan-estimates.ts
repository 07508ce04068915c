import { sql } from 'kysely';
import type { Database } from './database.ts';
import { imageSelection } from './image-conditions.ts';
import type { ImageSelection } from './image-query.ts';
import type { ArtifactLayer } from './store.ts';
import { unfinished } from './task-ends.ts';

/** Images of a selection in one registry, as a scan task would find them. */
export interface SelectedImages {
  readonly registryId: number;
  readonly registry: string;
  readonly images: number;
  readonly notAuthorized: number;
}

/** Content that a scan task would look at, with one of the registries that list it. */
export interface SelectedArtifact {
  readonly id: number;
  readonly registryId: number;
  readonly layers: readonly ArtifactLayer[];
}

export interface ListedContent {
  readonly registryId: number;
  readonly repositories: number;
  readonly tags: number;
}

/** What it takes to tell what a scan would cost, before there is one. */
export interface ScanEstimateStore {
  images(selection: ImageSelection): Promise<readonly SelectedImages[]>;
  /** Authorised images of the selection that another task is about to scan. */
  busyImages(selection: ImageSelection): Promise<number>;
  /** Different content of the authorised images. */
  countArtifacts(selection: ImageSelection): Promise<number>;
  /** The same content in the order of ids after `after`. */
  artifacts(selection: ImageSelection, after: number, limit: number): Promise<readonly SelectedArtifact[]>;
  /** What is listed of these registries. */
  listed(registryIds: readonly number[]): Promise<readonly ListedContent[]>;
  /** Those of the digests that have a report with one of these fingerprints. */
  withReport(digests: readonly string[], fingerprints: readonly string[]): Promise<ReadonlySet<string>>;
}

const DIGESTS_PER_QUERY = 500;

export function createScanEstimateStore({ read }: Database): ScanEstimateStore {
  return {
    images: async (selection) =>
      read
        .selectFrom('images')
        .innerJoin('registries', 'registries.id', 'images.registry_id')
        .where((eb) => imageSelection(eb, selection))
        .groupBy(['images.registry_id', 'registries.name'])
        .select(({ fn }) => [
          'images.registry_id as registryId',
          'registries.name as registry',
          fn.countAll<number>().as('images'),
          sql<number>`sum(case when images.authorized = 1 then 0 else 1 end)`.as('notAuthorized'),
        ])
        .orderBy('images.registry_id')
        .execute(),
    busyImages: async (selection) => {
      const { total } = await read
        .selectFrom('scan_tasks')
        .innerJoin('scan_task_images', 'scan_task_images.task_id', 'scan_tasks.id')
        .innerJoin('images', 'images.id', 'scan_task_images.image_id')
        .where('scan_tasks.status', 'in', [...unfinished])
        .where('scan_task_images.status', 'in', [...unfinished])
        .where((eb) => imageSelection(eb, { ...selection, authorizedOnly: true }))
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      return total;
    },
    countArtifacts: async (selection) => {
      const { total } = await read
        .selectFrom('images')
        .where((eb) => imageSelection(eb, { ...selection, authorizedOnly: true }))
        .select(({ fn }) => fn.count<number>('images.artifact_id').distinct().as('total'))
        .executeTakeFirstOrThrow();
      return total;
    },
    artifacts: async (selection, after, limit) => {
      const rows = await read
        .selectFrom('artifacts')
        .select((eb) => [
          'artifacts.id',
          'artifacts.layers',
          eb
            .selectFrom('images')
            .select(({ fn }) => fn.min('images.registry_id').as('id'))
            .whereRef('images.artifact_id', '=', 'artifacts.id')
            .where((inner) => imageSelection(inner, { ...selection, authorizedOnly: true }))
            .as('registryId'),
        ])
        .where('artifacts.id', '>', after)
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('images')
              .select('images.id')
              .whereRef('images.artifact_id', '=', 'artifacts.id')
              .where((inner) => imageSelection(inner, { ...selection, authorizedOnly: true })),
          ),
        )
        .orderBy('artifacts.id')
        .limit(limit)
        .execute();
      return rows.map(({ id, registryId, layers }) => ({
        id,
        registryId: Number(registryId),
        layers: JSON.parse(layers) as ArtifactLayer[],
      }));
    },
    listed: async (registryIds) => {
      const found: ListedContent[] = [];
      for (const registryId of registryIds) {
        const count = async (table: 'repositories' | 'tags') => {
          const query = read.selectFrom(table).where(`${table}.registry_id`, '=', registryId);
          const { total } = await query.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
          return total;
        };
        found.push({ registryId, repositories: await count('repositories'), tags: await count('tags') });
      }
      return found;
    },
    withReport: async (digests, fingerprints) => {
      const found = new Set<string>();
      for (let at = 0; at < digests.length && fingerprints.length > 0; at += DIGESTS_PER_QUERY) {
        const rows = await read
          .selectFrom('layer_reports')
          .select('digest')
          .where('digest', 'in', digests.slice(at, at + DIGESTS_PER_QUERY))
          .where('fingerprint', 'in', [...fingerprints])
          .execute();
        for (const { digest } of rows) found.add(digest);
      }
      return found;
    },
  };
}
