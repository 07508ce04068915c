import { hash } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';

/** One number for all that is known about a package: what changed between two compilations is then one merge of short tables. */
export const fingerprintTable = `
CREATE TABLE fingerprint (
  namespace INTEGER NOT NULL, package TEXT NOT NULL, sum BLOB NOT NULL, PRIMARY KEY (namespace, package)
) WITHOUT ROWID;
`;

/**
 * Columns that are no reason to match anew: numbers of rows, which depend on the order of feeds; the date of a record, which
 * databases renew for reasons of their own; EPSS, which changes every day for every vulnerability.
 */
const IRRELEVANT = /^(?:row|feed|modified|namespace|package|advisory|epss.*)$/;
const SUM_BYTES = 8;

/** Fills the table from `advisory` and `affected`, whatever columns these have. The last act of compiling. */
export function writeFingerprints(database: DatabaseSync, signal: AbortSignal): void {
  database.exec(fingerprintTable);
  const insert = database.prepare('INSERT INTO fingerprint VALUES (?, ?, ?)');
  const advisories = sumAdvisories(database);
  const select = database.prepare(
    `SELECT namespace, package, advisory, ${relevantColumns(database, 'affected')} FROM affected ORDER BY namespace, package`,
  );
  let current = { namespace: -1, name: '', sum: 0n };
  const flush = () => {
    if (current.namespace >= 0) insert.run(current.namespace, current.name, toBytes(current.sum));
  };
  for (const { namespace, package: text, advisory, ...rest } of select.iterate()) {
    const name = String(text);
    if (current.namespace !== namespace || current.name !== name) {
      signal.throwIfAborted();
      flush();
      current = { namespace: Number(namespace), name, sum: 0n };
    }
    const common = advisories.readBigUInt64LE(Number(advisory) * SUM_BYTES);
    current.sum += sumOf([String(common), ...Object.values(rest)]); // added up: the order of rows does not matter
  }
  flush();
}

/** What each advisory says of one package, by its id; to be compared with the same of another compilation. */
export function createPackageReader(
  database: DatabaseSync,
): (namespace: number, packageName: string) => ReadonlyMap<string, bigint> {
  const columns = [relevantColumns(database, 'advisory'), relevantColumns(database, 'affected')].join(', ');
  const select = database.prepare(
    `SELECT advisory.id AS advisory_id, ${columns} FROM affected JOIN advisory ON advisory.row = affected.advisory
     WHERE namespace = ? AND package = ?`,
  );
  return (namespace, packageName) => {
    const sums = new Map<string, bigint>();
    for (const { advisory_id, ...rest } of select.iterate(namespace, packageName)) {
      const id = String(advisory_id);
      sums.set(id, (sums.get(id) ?? 0n) + sumOf(Object.values(rest)));
    }
    return sums;
  };
}

/** Of every advisory, by its row: a title and a description are long, and belong to many packages. */
function sumAdvisories(database: DatabaseSync): Buffer {
  const last = Number(database.prepare('SELECT MAX(row) AS last FROM advisory').get()?.last ?? 0);
  const sums = Buffer.alloc((last + 1) * SUM_BYTES);
  const select = database.prepare(`SELECT row, ${relevantColumns(database, 'advisory')} FROM advisory`);
  for (const { row, ...rest } of select.iterate()) {
    sums.writeBigUInt64LE(sumOf(Object.values(rest)), Number(row) * SUM_BYTES);
  }
  return sums;
}

function relevantColumns(database: DatabaseSync, table: 'advisory' | 'affected'): string {
  return database
    .prepare(`SELECT name FROM pragma_table_info('${table}') ORDER BY name`)
    .all()
    .map(({ name }) => String(name))
    .filter((name) => !IRRELEVANT.test(name))
    .map((name) => `${table}."${name}" AS ${table}_${name}`)
    .join(', ');
}

function sumOf(values: readonly (SQLOutputValue | undefined)[]): bigint {
  return hash('sha256', values.map(String).join('\0'), 'buffer').readBigUInt64LE();
}

function toBytes(sum: bigint): Buffer {
  const bytes = Buffer.alloc(SUM_BYTES);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, sum));
  return bytes;
}
