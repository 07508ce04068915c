import type { SelectQueryBuilder } from 'kysely';
import { sql } from 'kysely';
import type { ChangeKind, ChangeReason } from '../model/match-change.ts';
import { type Severity, severities } from '../model/severity.ts';
import type { Database } from './database.ts';
import type { Listed, Page } from './store.ts';
import type { Tables } from './tables.ts';
import { isOneOf } from './text-search.ts';

/** A vulnerability that appeared in an image, went or changed, and why. */
export interface MatchChange {
  readonly at: Date;
  readonly artifactId: number;
  /** `address:tag` of every row that lists the image now; none when it has left its registry. */
  readonly images: readonly string[];
  /** Keys of matching/match-key.ts. */
  readonly from: string;
  readonly to: string;
  readonly vulnerabilityId: string;
  readonly change: ChangeKind;
  readonly reason: ChangeReason;
  readonly severity: Severity;
  /** For people: names and versions. */
  readonly packages: string;
  /** For people: from what to what, or by which advisories. */
  readonly detail: string;
}

export interface MatchChangeQuery extends Page {
  readonly since?: Date;
  readonly until?: Date;
  readonly vulnerabilityId?: string;
}

/** What came of matching anew. */
export interface MatchChangeStore {
  /** Newest first. */
  list(query: MatchChangeQuery): Promise<Listed<MatchChange>>;
  /** Forgets what is older; returns how many entries. */
  forget(before: Date): Promise<number>;
}

export function createMatchChangeStore({ read, write }: Database): MatchChangeStore {
  return {
    list: async (query) => {
      const chosen = choose(read.selectFrom('match_changes'), query);
      const { total } = await chosen.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
      const rows = await chosen
        .selectAll()
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .offset(query.offset)
        .limit(query.limit)
        .execute();
      const artifacts = [...new Set(rows.map((row) => row.artifact_id))];
      const listed = await read
        .selectFrom('images')
        .innerJoin('repositories', 'repositories.id', 'images.repository_id')
        .select(['images.artifact_id', 'repositories.address', 'images.tag'])
        .where(isOneOf(sql.ref('images.artifact_id'), artifacts))
        .orderBy('images.id')
        .execute();
      const references = Map.groupBy(listed, (row) => row.artifact_id);
      return {
        total: Number(total),
        rows: rows.map((row) => ({
          at: new Date(row.at),
          artifactId: row.artifact_id,
          images: [...new Set((references.get(row.artifact_id) ?? []).map(({ address, tag }) => `${address}:${tag}`))],
          from: row.from_match,
          to: row.to_match,
          vulnerabilityId: row.vulnerability_id,
          change: row.change as ChangeKind,
          reason: row.reason as ChangeReason,
          severity: severities[row.severity] ?? 'unknown',
          packages: row.packages,
          detail: row.detail,
        })),
      };
    },
    forget: async (before) => {
      const forgotten = await write.deleteFrom('match_changes').where('at', '<', before.getTime()).executeTakeFirst();
      return Number(forgotten.numDeletedRows);
    },
  };
}

type ChangeRows = SelectQueryBuilder<Tables, 'match_changes', object>;

function choose(from: ChangeRows, { since, until, vulnerabilityId }: MatchChangeQuery): ChangeRows {
  let chosen = from;
  if (since) chosen = chosen.where('at', '>=', since.getTime());
  if (until) chosen = chosen.where('at', '<=', until.getTime());
  if (vulnerabilityId) chosen = chosen.where('vulnerability_id', '=', vulnerabilityId);
  return chosen;
}
