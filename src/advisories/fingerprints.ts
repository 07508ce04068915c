import { hash } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { PackageEntry } from './package-entries.ts';

// One number for all that is known about a package: what changed between two compilations is then one merge of short tables.
// Not in it: numbers of rows, which depend on the order of feeds; the date of a record, which databases renew for reasons of
// their own; EPSS, which changes every day for every vulnerability.

const SUM_BYTES = 8;

/** Differs where the text does; to be compared, not to be trusted against those who forge. */
export const shortHash = (text: string): Buffer => hash('sha1', text, 'buffer').subarray(0, SUM_BYTES);

type Row = Readonly<Record<string, SQLOutputValue>>;

/** All that matters of an advisory but what it says of packages: of its row's `sum`, `vulnerability_id` and `named`. */
export function createAdvisorySum(database: DatabaseSync): (advisory: Row) => bigint {
  const find = database.prepare(
    'SELECT exploited, exploit_public, severity, cvss_score, cvss_vector FROM vulnerability WHERE id = ?',
  );
  const known = new Map<string, string>();
  function factsOf(id: string): string {
    const found = known.get(id);
    if (found !== undefined) return found;
    if (known.size >= MAX_KNOWN) known.clear();
    const facts = Object.values(find.get(id) ?? {}).join(' ');
    known.set(id, facts);
    return facts;
  }
  return ({ sum, vulnerability_id, named }) => {
    const own = String(vulnerability_id);
    const ids: readonly string[] = named === null ? [own] : JSON.parse(String(named));
    const content = sum instanceof Uint8Array ? Buffer.from(sum).toString('hex') : '';
    const facts = ids.map((id) => `${id} ${factsOf(id)}`);
    return shortHash([content, own, ...facts].join('\0')).readBigUInt64LE();
  };
}

const MAX_KNOWN = 20_000;

/** What each advisory says of one package, by its id; to be compared with the same of another compilation. */
export function createPackageReader(
  database: DatabaseSync,
): (namespace: number, packageName: string) => ReadonlyMap<string, bigint> {
  const select = database.prepare('SELECT entries FROM package WHERE namespace = ? AND name = ?');
  const find = database.prepare('SELECT id, vulnerability_id, named, sum FROM advisory WHERE row = ?');
  const sumOf = createAdvisorySum(database);
  return (namespace, packageName) => {
    const sums = new Map<string, bigint>();
    const row = select.get(namespace, packageName);
    const entries: readonly PackageEntry[] = row ? JSON.parse(String(row.entries)) : [];
    for (const [advisory, ...said] of entries) {
      const found = find.get(advisory);
      if (!found) continue;
      const own = shortHash(`${sumOf(found)} ${JSON.stringify(said)}`).readBigUInt64LE();
      sums.set(String(found.id), (sums.get(String(found.id)) ?? 0n) + own);
    }
    return sums;
  };
}
