import { sql } from 'kysely';
import type { OperatingSystem } from '../model/inventory.ts';
import type { Epss } from '../model/vulnerability.ts';
import type { Database } from './database.ts';
import { isOneOf } from './text-search.ts';

/** A stored inventory at one point: a scan that ends meanwhile has another time. */
export interface MatchedArtifact {
  readonly id: number;
  readonly scannedAt: Date;
}

/** How packages are called that some inventory ever held; `sourceName` is '' where there is none. */
export interface PackageName {
  readonly ecosystem: string;
  readonly name: string;
  readonly sourceName: string;
}

export interface PackageHolder extends PackageName {
  readonly artifactId: number;
}

/** Of one vulnerability. */
export interface StoredScore {
  readonly number: number;
  readonly id: string;
  readonly epss?: Epss;
}

/** Which advisories stored results were matched with: what matching anew asks and says, beside saving single results. */
export interface MatchStore {
  /** Keys other than this one that some stored inventory was matched with. */
  otherKeys(than: string): Promise<readonly string[]>;
  /** Listed artifacts with a stored inventory that was matched with this. */
  matchedWith(key: string): Promise<readonly MatchedArtifact[]>;
  packageNames(): Promise<readonly PackageName[]>;
  /** Artifacts matched with this key that hold any of these. */
  holders(names: readonly PackageName[], key: string): Promise<readonly PackageHolder[]>;
  /** Operating systems by artifact, of all that were matched with this key; absent where none was found. */
  systems(key: string): Promise<ReadonlyMap<number, OperatingSystem>>;
  /** Says of results that other advisories give the same, unless they were scanned or matched meanwhile; returns of how many. */
  markMatched(artifacts: readonly MatchedArtifact[], from: string, to: string): Promise<number>;
  /** Of vulnerabilities with greater numbers, by number. */
  scores(after: number, limit: number): Promise<readonly StoredScore[]>;
  saveScores(scores: readonly StoredScore[]): Promise<void>;
}

/** So many names or artifacts in one statement. */
const AT_ONCE = 5_000;

export function createMatchStore({ engine, read, write }: Database): MatchStore {
  const system =
    engine === 'sqlite' ? sql<string>`json_extract(inventory, '$.os')` : sql<string>`inventory::json ->> 'os'`;
  return {
    otherKeys: async (than) => {
      const { rows } = await sql<{ readonly advisory_snapshot: string }>`select distinct advisory_snapshot
        from artifacts where advisory_snapshot < ${than} or advisory_snapshot > ${than}`.execute(read);
      return rows.map((row) => row.advisory_snapshot);
    },
    matchedWith: async (key) => {
      const rows = await read
        .selectFrom('artifacts')
        .select(['id', 'scanned_at'])
        .where('advisory_snapshot', '=', key)
        .where('inventory', 'is not', null)
        .where(({ exists, selectFrom }) =>
          exists(selectFrom('images').select('images.id').whereRef('images.artifact_id', '=', 'artifacts.id')),
        )
        .orderBy('id')
        .execute();
      return rows.flatMap((row) =>
        row.scanned_at === null ? [] : [{ id: row.id, scannedAt: new Date(Number(row.scanned_at)) }],
      );
    },
    packageNames: async () => {
      const rows = await read.selectFrom('package_names').selectAll().execute();
      return rows.map((row) => ({ ecosystem: row.ecosystem, name: row.name, sourceName: row.source_name }));
    },
    holders: async (names, key) => {
      const wanted = new Set(names.map(keyOf));
      const holders: PackageHolder[] = [];
      const texts = [...new Set(names.map(({ name }) => name))];
      for (let at = 0; at < texts.length; at += AT_ONCE) {
        const rows = await read
          .selectFrom('packages')
          .innerJoin('artifacts', 'artifacts.id', 'packages.artifact_id')
          .select(['packages.artifact_id', 'packages.ecosystem', 'packages.name', 'packages.source_name'])
          .distinct()
          .where(isOneOf(sql.ref('packages.name'), texts.slice(at, at + AT_ONCE)))
          .where('artifacts.advisory_snapshot', '=', key)
          .execute();
        for (const row of rows) {
          const found = { ecosystem: row.ecosystem, name: row.name, sourceName: row.source_name ?? '' };
          if (wanted.has(keyOf(found))) holders.push({ ...found, artifactId: row.artifact_id });
        }
      }
      return holders;
    },
    systems: async (key) => {
      const rows = await read
        .selectFrom('artifacts')
        .select(['id', system.as('os')])
        .where('advisory_snapshot', '=', key)
        .where('inventory', 'is not', null)
        .execute();
      return new Map(rows.flatMap((row) => (row.os ? [[row.id, JSON.parse(row.os) as OperatingSystem]] : [])));
    },
    markMatched: async (artifacts, from, to) => {
      let marked = 0;
      for (let at = 0; at < artifacts.length; at += AT_ONCE) {
        const part = artifacts.slice(at, at + AT_ONCE);
        const times = JSON.stringify(Object.fromEntries(part.map(({ id, scannedAt }) => [id, scannedAt.getTime()])));
        const value = engine === 'sqlite' ? sql`value` : sql`value::text`;
        const result = await sql`update artifacts set advisory_snapshot = ${to}
          from json_each(${times}) as listed
          where artifacts.id = cast(listed.key as bigint) and artifacts.scanned_at = cast(${value} as bigint)
            and artifacts.advisory_snapshot = ${from}`.execute(write);
        marked += Number(result.numAffectedRows ?? 0n);
      }
      return marked;
    },
    scores: async (after, limit) => {
      const rows = await read
        .selectFrom('vulnerabilities')
        .select(['number', 'id', 'epss_probability as probability', 'epss_percentile as percentile'])
        .where('number', '>', after)
        .orderBy('number')
        .limit(limit)
        .execute();
      return rows.map(({ number, id, probability, percentile }) => ({
        number,
        id,
        ...(probability === null || percentile === null ? {} : { epss: { probability, percentile } }),
      }));
    },
    saveScores: async (scores) => {
      const listed = JSON.stringify(
        scores.map(({ number, epss }) => [number, epss?.probability ?? null, epss?.percentile ?? null]),
      );
      const at = (index: number) =>
        engine === 'sqlite' ? sql`json_extract(value, ${`$[${index}]`})` : sql`(value ->> ${sql.lit(index)})`;
      await sql`update vulnerabilities
        set epss_probability = cast(${at(1)} as double precision), epss_percentile = cast(${at(2)} as double precision)
        from ${engine === 'sqlite' ? sql`json_each(${listed})` : sql`json_array_elements(${listed}::json)`} as listed
        where vulnerabilities.number = cast(${at(0)} as bigint)`.execute(write);
    },
  };
}

const keyOf = ({ ecosystem, name, sourceName }: PackageName) => `${ecosystem}\0${name}\0${sourceName}`;
