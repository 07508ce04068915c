import { DatabaseSync } from 'node:sqlite';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createPackageReader } from './fingerprints.ts';
import { readSnapshot } from './read-snapshot.ts';

/** What two compilations say differently. */
export interface AdvisoryDiff {
  /** By namespace, then by the name that packages are looked up with. */
  readonly packages: ReadonlyMap<string, ReadonlyMap<string, PackageDiff>>;
  /** Namespaces that only one of the two has; their packages are not listed above. */
  readonly coverage: ReadonlySet<string>;
}

/** Ids of the advisories about one package that came, changed or went. */
export interface PackageDiff {
  readonly added: ReadonlySet<string>;
  readonly changed: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
}

/** Beyond so many changed packages nearly every image holds one. */
const MAX_CHANGED = 100_000;
/** About two milliseconds of work: the API answers in the same thread. */
const ROWS_AT_ONCE = 2_000;

/**
 * What changed from one compiled file to another: one merge of two sorted tables, and a look at each package that differs.
 * undefined when either file cannot be compared (gone, or of another version) or when nearly everything has changed.
 */
export async function diffAdvisories(
  before: string,
  after: string,
  signal: AbortSignal,
): Promise<AdvisoryDiff | undefined> {
  using old = openSide(before);
  using now = openSide(after);
  if (!old || !now) return undefined;
  const packages = new Map<string, Map<string, PackageDiff>>();
  const coverage = new Set([...old.covered].filter((name) => !now.covered.has(name)));
  for (const name of now.covered) if (!old.covered.has(name)) coverage.add(name);

  const pace = createPace(signal);
  let found = 0;
  for (const [namespace, row] of now.namespaces) {
    const oldRow = old.namespaces.get(namespace);
    if (oldRow === undefined || coverage.has(namespace)) continue;
    const changed = new Map<string, PackageDiff>();
    for await (const name of differingPackages(old.sums(oldRow), now.sums(row), pace)) {
      if (++found > MAX_CHANGED) return undefined;
      changed.set(name, compare(old.read(oldRow, name), now.read(row, name)));
    }
    if (changed.size > 0) packages.set(namespace, changed);
  }
  return { packages, coverage };
}

interface Side extends Disposable {
  readonly namespaces: ReadonlyMap<string, number>;
  readonly covered: ReadonlySet<string>;
  /** Packages and their sums, by name. */
  sums(namespace: number): Iterator<Sum>;
  read(namespace: number, packageName: string): ReadonlyMap<string, bigint>;
}

interface Sum {
  readonly name: string;
  readonly sum: bigint;
}

function openSide(path: string): Side | undefined {
  const snapshot = readSnapshot(path);
  if (!snapshot) return undefined;
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  const database = new DatabaseSync(url, { readOnly: true });
  try {
    const select = database.prepare('SELECT package, sum FROM fingerprint WHERE namespace = ? ORDER BY package');
    const rows = database.prepare('SELECT row, name FROM namespace').all();
    return {
      namespaces: new Map(rows.map(({ row, name }) => [String(name), Number(row)])),
      covered: new Set(snapshot.namespaces.map(({ name }) => name)),
      sums: (namespace) => toSums(select.iterate(namespace)),
      read: createPackageReader(database),
      [Symbol.dispose]: () => database.close(),
    };
  } catch {
    database.close(); // compiled before there were fingerprints
    return undefined;
  }
}

function* toSums(rows: ReturnType<ReturnType<DatabaseSync['prepare']>['iterate']>): Generator<Sum> {
  for (const { package: name, sum } of rows) {
    if (sum instanceof Uint8Array) yield { name: String(name), sum: Buffer.from(sum).readBigUInt64LE() };
  }
}

async function* differingPackages(
  old: Iterator<Sum>,
  now: Iterator<Sum>,
  pace: () => Promise<void>,
): AsyncGenerator<string> {
  let a = old.next();
  let b = now.next();
  while (!a.done || !b.done) {
    await pace();
    const order = a.done ? 1 : b.done ? -1 : Buffer.compare(Buffer.from(a.value.name), Buffer.from(b.value.name));
    const differs = order !== 0 || (!a.done && !b.done && a.value.sum !== b.value.sum);
    const name = order <= 0 && !a.done ? a.value.name : b.done ? '' : b.value.name;
    if (differs) yield name;
    if (order <= 0) a = old.next();
    if (order >= 0) b = now.next();
  }
}

function compare(old: ReadonlyMap<string, bigint>, now: ReadonlyMap<string, bigint>): PackageDiff {
  return {
    added: new Set([...now.keys()].filter((id) => !old.has(id))),
    changed: new Set([...now].flatMap(([id, sum]) => (old.has(id) && old.get(id) !== sum ? [id] : []))),
    removed: new Set([...old.keys()].filter((id) => !now.has(id))),
  };
}

function createPace(signal: AbortSignal): () => Promise<void> {
  let rows = 0;
  return async () => {
    if (++rows % ROWS_AT_ONCE !== 0) return;
    signal.throwIfAborted();
    await letOthersRun();
  };
}
