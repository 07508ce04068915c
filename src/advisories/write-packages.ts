import type { DatabaseSync } from 'node:sqlite';
import { ratingOrigins } from './advisory-source.ts';
import { createAdvisorySum, shortHash } from './fingerprints.ts';
import { buildNameFilter } from './name-filter.ts';
import { cveOf } from './vulnerability-id.ts';

/** Namespaces with the number of advisories about their packages, by name. */
export type NamespaceCounts = readonly { readonly name: string; readonly advisories: number }[];

/**
 * Lays out what was staged by package, one row for each, so that a look-up reads one; settles what advisories about one
 * package say of each other, and removes those that are then about nothing. The last act of compiling.
 */
export function writePackages(database: DatabaseSync, signal: AbortSignal): NamespaceCounts {
  const insert = database.prepare('INSERT INTO package VALUES (?, ?, ?, ?)');
  const rows = Number(database.prepare('SELECT MAX(row) AS last FROM advisory').get()?.last ?? 0) + 1;
  const sums = sumAdvisories(database, rows);
  const countedIn = new Int32Array(rows); // the last namespace it was counted in; 0: about nothing
  const counts = new Map<number, number>();
  for (const { namespace, name, staged } of readGroups(database)) {
    signal.throwIfAborted();
    const kept = settle(staged);
    if (kept.length === 0) continue;
    for (const { row } of kept) {
      if (countedIn[row] === namespace) continue;
      countedIn[row] = namespace;
      counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
    }
    const said = kept.map((each) => `${each.severity},${each.origin},${each.only},${each.entry}`);
    const entries = kept.map(({ row }, at) => `[${row},${said[at]}`);
    const all = kept.map(({ id, row }, at) => `${id} ${sums[row]} ${said[at]}`); // rows of advisories depend on the order of feeds
    insert.run(namespace, name, `[${entries.join(',')}]`, shortHash(all.join('\n')));
  }
  writeNameFilter(database);
  const remove = database.prepare('DELETE FROM advisory WHERE row = ?');
  for (let row = 1; row < rows; row++) if (countedIn[row] === 0) remove.run(row);
  const names = database.prepare('SELECT row, name FROM namespace ORDER BY name').all();
  return names.flatMap(({ row, name }) => {
    const advisories = counts.get(Number(row));
    return advisories === undefined ? [] : [{ name: String(name), advisories }];
  });
}

function writeNameFilter(database: DatabaseSync): void {
  const count = Number(database.prepare('SELECT COUNT(*) AS n FROM package').get()?.n ?? 0);
  const select = database.prepare('SELECT namespace, name FROM package');
  select.setReturnArrays(true);
  const bits = buildNameFilter(select.iterate() as unknown as Iterable<[number, string]>, count);
  database.prepare('INSERT INTO name_filter VALUES (?)').run(bits);
}

/** Of every advisory, by its row: what it says is long, and belongs to many packages. */
function sumAdvisories(database: DatabaseSync, rows: number): BigUint64Array {
  const sums = new BigUint64Array(rows);
  const sumOf = createAdvisorySum(database);
  const select = database.prepare('SELECT row, vulnerability_id, named, sum FROM advisory');
  for (const advisory of select.iterate()) sums[Number(advisory.row)] = sumOf(advisory);
  return sums;
}

interface Staged {
  readonly row: number;
  readonly severity: number;
  readonly origin: number;
  /** JSON without its first bracket, as advisory-writer.ts made it. */
  readonly entry: string;
  readonly id: string;
  readonly vulnerabilityId: string;
  /** JSON, when it names several. */
  readonly named: string | null;
}

interface Group {
  readonly namespace: number;
  readonly name: string;
  readonly staged: readonly Staged[];
}

type StagedRow = readonly [number, string, number, number, number, string, string, string, string | null];

function* readGroups(database: DatabaseSync): Generator<Group> {
  const select = database.prepare(
    `SELECT namespace, package, advisory, severity, origin, entry, id, vulnerability_id, named
     FROM scratch.staged JOIN main.advisory ON advisory.row = staged.advisory ORDER BY namespace, package, id`,
  );
  select.setReturnArrays(true); // in half the time of objects
  let group: (Group & { readonly staged: Staged[] }) | undefined;
  for (const each of select.iterate()) {
    const [namespace, name, row, severity, origin, entry, id, vulnerabilityId, named] = each as unknown as StagedRow;
    if (group?.namespace !== namespace || group.name !== name) {
      if (group) yield group;
      group = { namespace, name, staged: [] };
    }
    group.staged.push({ row, severity, origin, entry, id, vulnerabilityId, named });
  }
  if (group) yield group;
}

const BY_DISTRIBUTION = ratingOrigins.indexOf('distribution');

/**
 * - A distribution's rating of a vulnerability holds for all advisories about it (DEBIAN-CVE, DSA).
 * - Of an update that mends several (DSA, DLA, USN), those that have a record of their own for the package (DEBIAN-CVE,
 *   UBUNTU-CVE) are left to that, which knows better. Nothing is left of most. `only`: JSON of the others.
 */
function settle(staged: readonly Staged[]): readonly (Staged & { readonly only: string })[] {
  const rated = new Map<string, number>();
  const recorded = new Set<string>();
  for (const { id, vulnerabilityId, named, severity, origin } of staged) {
    if (cveOf(id)) recorded.add(vulnerabilityId);
    if (origin !== BY_DISTRIBUTION || named) continue;
    rated.set(vulnerabilityId, Math.max(severity, rated.get(vulnerabilityId) ?? 0));
  }
  return staged.flatMap((each) => {
    const severity = each.named || each.origin === BY_DISTRIBUTION ? undefined : rated.get(each.vulnerabilityId);
    const settled = severity === undefined ? each : { ...each, severity, origin: BY_DISTRIBUTION };
    const only = each.named && recorded.size > 0 ? without(recorded, each.named) : NO_LESS;
    return only === undefined ? [] : [{ ...settled, only }];
  });
}

const NO_LESS = 'null';

/** JSON of those that are left, `null` when that is all of them; undefined when nothing is. */
function without(recorded: ReadonlySet<string>, named: string): string | undefined {
  const all: readonly string[] = JSON.parse(named);
  const left = all.filter((id) => !recorded.has(id));
  if (left.length === 0) return undefined;
  return left.length < all.length ? JSON.stringify(left) : NO_LESS;
}
