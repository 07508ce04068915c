import { sql, type Transaction } from 'kysely';
import type { Digest } from '../model/digest.ts';
import { type Risk, type RiskBehavior, type RiskPlace, riskBehaviors, riskPlaces } from '../model/risk.ts';
import { severities } from '../model/severity.ts';
import type { Database } from './database.ts';
import type { FileFindingQuery } from './export-query.ts';
import { matches } from './image-conditions.ts';
import type { Listed } from './store.ts';
import type { Tables } from './tables.ts';

export interface RiskStore {
  /** By severity, then as the scan found them. Nothing for an artifact that was not scanned: its images say so. */
  list(artifactId: number, query: FileFindingQuery & { readonly direction: 'asc' | 'desc' }): Promise<Listed<Risk>>;
  /** As `replaceRisks`. */
  replace(artifactId: number, risks: readonly Risk[]): Promise<void>;
}

const ROWS_PER_STATEMENT = 500;

export function createRiskStore({ read, transaction }: Database): RiskStore {
  return {
    list: async (artifactId, { conditions, offset, limit, direction }) => {
      let base = read.selectFrom('risks').where('artifact_id', '=', artifactId);
      for (const { severities: levels, names, behaviors, places } of conditions) {
        if (levels) base = base.where('severity', 'in', [-1, ...levels.map((level) => severities.indexOf(level))]);
        if (names) base = base.where(matches(sql.ref('risks.description'), names.match, names.values));
        if (behaviors) base = base.where('behavior', 'in', [-1, ...behaviors]);
        if (places) base = base.where('place', 'in', [-1, ...places]);
      }
      const { total } = await base.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
      if (limit === 0 || offset >= total) return { rows: [], total };
      const rows = await base
        .selectAll()
        .orderBy('severity', direction)
        .orderBy('sequence')
        .offset(offset)
        .limit(limit)
        .execute();
      return { rows: rows.map(toRisk), total };
    },
    replace: (artifactId, risks) => transaction((trx) => replaceRisks(trx, artifactId, risks)),
  };
}

/** Takes the place of what an earlier scan found. */
export async function replaceRisks(
  trx: Transaction<Tables>,
  artifactId: number,
  risks: readonly Risk[],
): Promise<void> {
  await trx.deleteFrom('risks').where('artifact_id', '=', artifactId).execute();
  for (let at = 0; at < risks.length; at += ROWS_PER_STATEMENT) {
    const rows = risks.slice(at, at + ROWS_PER_STATEMENT).map((risk, index) => ({
      artifact_id: artifactId,
      sequence: at + index,
      rule: risk.rule,
      behavior: riskBehaviors[risk.behavior].code,
      place: riskPlaces[risk.place].code,
      severity: severities.indexOf(risk.severity),
      description: risk.description,
      instruction: risk.instruction,
      path: risk.path ?? null,
      line: risk.line ?? null,
      layer: risk.layer ?? null,
      removed_by: risk.removedBy ?? null,
      fingerprint: risk.fingerprint ?? null,
    }));
    await trx.insertInto('risks').values(rows).execute();
  }
}

function toRisk(row: Tables['risks']): Risk {
  return {
    rule: row.rule,
    behavior: wordOf<RiskBehavior>(riskBehaviors, row.behavior),
    place: wordOf<RiskPlace>(riskPlaces, row.place),
    severity: severities[row.severity] ?? 'unknown',
    description: row.description,
    instruction: row.instruction,
    ...(row.path === null ? {} : { path: row.path }),
    ...(row.line === null ? {} : { line: row.line }),
    ...(row.layer === null ? {} : { layer: row.layer as Digest }),
    ...(row.removed_by === null ? {} : { removedBy: row.removed_by as Digest }),
    ...(row.fingerprint === null ? {} : { fingerprint: row.fingerprint }),
  };
}

function wordOf<Word extends string>(codes: Readonly<Record<Word, { readonly code: number }>>, code: number): Word {
  for (const word of Object.keys(codes) as Word[]) if (codes[word].code === code) return word;
  throw new Error(`the store holds the unknown risk code ${code}`);
}
