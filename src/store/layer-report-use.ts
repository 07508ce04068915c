import { sql } from 'kysely';
import type { Database } from './database.ts';
import type { ArtifactLayer } from './store.ts';

/** Which layer reports are of use still: they are kept while a listed image has the layer and nothing newer replaces them. */
export interface LayerReportUse {
  /**
   * Marks the reports of the layers of some listed artifacts as used, those that were last used before `staleBefore`; in the order
   * of ids after `after`. Returns the last id, undefined at the end. A report that a newer one of its kind replaces is left.
   */
  markListed(after: number, limit: number, staleBefore: Date): Promise<number | undefined>;
  /** Deletes reports last used before then, the oldest first; returns how many. Those of unknown use begin to age. */
  forget(unusedSince: Date, limit: number): Promise<number>;
}

const DIGESTS_PER_UPDATE = 400;

export function createLayerReportUse({ read, write }: Database, now: () => Date): LayerReportUse {
  return {
    markListed: async (after, limit, staleBefore) => {
      const rows = await read
        .selectFrom('artifacts')
        .select(['id', 'layers'])
        .where('id', '>', after)
        .where(({ exists, selectFrom }) =>
          exists(selectFrom('images').select('images.id').whereRef('images.artifact_id', '=', 'artifacts.id')),
        )
        .orderBy('id')
        .limit(limit)
        .execute();
      const digests = new Set(
        rows.flatMap(({ layers }) => (JSON.parse(layers) as ArtifactLayer[]).map(({ digest }) => digest as string)),
      );
      const all = [...digests];
      for (let at = 0; at < all.length; at += DIGESTS_PER_UPDATE) {
        await markUsed(all.slice(at, at + DIGESTS_PER_UPDATE), staleBefore);
      }
      return rows.at(-1)?.id;
    },
    forget: async (unusedSince, limit) => {
      await sql`update layer_reports set used_at = ${now().getTime()} where (digest, fingerprint) in
        (select digest, fingerprint from layer_reports where used_at is null limit ${limit})`.execute(write);
      const deleted = await sql`delete from layer_reports where (digest, fingerprint) in
        (select digest, fingerprint from layer_reports where used_at < ${unusedSince.getTime()}
          order by used_at limit ${limit})`.execute(write);
      return Number(deleted.numAffectedRows ?? 0);
    },
  };

  async function markUsed(digests: readonly string[], staleBefore: Date): Promise<void> {
    await sql`update layer_reports set used_at = ${now().getTime()}
      where digest in (${sql.join(digests)}) and (used_at is null or used_at < ${staleBefore.getTime()})
        and not exists (select 1 from layer_reports as newer where newer.digest = layer_reports.digest
          and newer.used_at > layer_reports.used_at
          and (newer.fingerprint like 'malware %') = (layer_reports.fingerprint like 'malware %'))`.execute(write);
  }
}
