import type { DatabaseSync } from 'node:sqlite';
import type { Ecosystem } from '../ecosystems/ecosystem.ts';
import { severities } from '../model/severity.ts';
import {
  type Rating,
  ratingOrigins,
  type SourceAdvisory,
  type SourcePackage,
  type SourceRecord,
} from './advisory-source.ts';
import { shortHash } from './fingerprints.ts';
import type { SaidOfPackage } from './package-entries.ts';

export interface AdvisoryWriter {
  /** `feed` numbers the feed that the record comes from. */
  write(feed: number, record: SourceRecord): void;
}

/** Puts records into the tables of compile-tables.ts, one by one. */
export function createAdvisoryWriter(database: DatabaseSync, ecosystems: readonly Ecosystem[]): AdvisoryWriter {
  const insertNamespace = database.prepare('INSERT INTO namespace (name) VALUES (?)');
  const insertAdvisory = database.prepare(
    `INSERT INTO advisory (id, feed, vulnerability_id, named, title, description, aliases, "references", published, modified, sum)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  );
  const findAdvisory = database.prepare('SELECT row, feed FROM advisory WHERE id = ?');
  const noteFeed = database.prepare('UPDATE advisory SET feed = ? WHERE row = ?');
  const insertStaged = database.prepare('INSERT INTO scratch.staged VALUES (?, ?, ?, ?, ?, ?)');
  const insertAlias = database.prepare('INSERT INTO scratch.alias VALUES (?, ?)');
  const insertEvidence = database.prepare('INSERT INTO scratch.evidence VALUES (?)');
  const insertExploited = database.prepare('INSERT OR IGNORE INTO scratch.exploited VALUES (?)');
  const insertEpss = database.prepare('INSERT OR REPLACE INTO scratch.epss VALUES (?, ?, ?)');
  const insertVector = database.prepare(
    `INSERT INTO scratch.vector VALUES (?, ?, ?, ?) ON CONFLICT (vulnerability_id) DO UPDATE
     SET score = excluded.score, vector = excluded.vector, severity = excluded.severity WHERE excluded.score > score`,
  );
  const namespaces = new Map<string, number>();
  const placeOf = createPlaces(ecosystems);

  function namespaceRow(name: string): number {
    const known = namespaces.get(name);
    if (known !== undefined) return known;
    const row = Number(insertNamespace.run(name).lastInsertRowid);
    namespaces.set(name, row);
    return row;
  }

  /** Undefined when this feed has already given the record. Another feed may give the rest of its packages. */
  function advisoryRow(feed: number, advisory: SourceAdvisory): number | undefined {
    const { id, vulnerabilityId, vulnerabilityIds, title, description, published } = advisory;
    const named = vulnerabilityIds.length > 1 ? JSON.stringify(vulnerabilityIds) : null;
    const [aliases, references] = [JSON.stringify(advisory.aliases), JSON.stringify(advisory.references)];
    const said = [id, title, description, aliases, references, published].join('\0');
    const inserted = insertAdvisory.run(
      id,
      feed,
      vulnerabilityId,
      named,
      title,
      description,
      aliases,
      references,
      published ?? null,
      advisory.modified ?? null,
      shortHash(said),
    );
    if (inserted.changes > 0) {
      const row = Number(inserted.lastInsertRowid);
      if (named === null) for (const alias of advisory.aliases) if (!isCve(alias)) insertAlias.run(row, alias);
      if (advisory.exploitPublic) insertEvidence.run(row);
      return row;
    }
    const existing = findAdvisory.get(id);
    if (!existing || Number(existing.feed) === feed) return undefined;
    const row = Number(existing.row);
    noteFeed.run(feed, row);
    return row;
  }

  function writeAdvisory(feed: number, advisory: SourceAdvisory): void {
    const row = advisoryRow(feed, advisory);
    if (row === undefined) return;
    // Only where the vector is certainly that of the one vulnerability.
    const [only] = advisory.vulnerabilityIds.length === 1 ? advisory.vulnerabilityIds : [];
    let worst = -1;
    for (const each of mergePackages(advisory.packages, placeOf)) {
      const { severity, origin, cvss } = each.rating;
      const level = severities.indexOf(severity);
      const entry = JSON.stringify(toEntry(each)).slice(1); // its beginning is known in the end: package-entries.ts
      insertStaged.run(namespaceRow(each.namespace), each.name, row, level, ratingOrigins.indexOf(origin), entry);
      if (!only || !cvss || origin !== 'cvss' || cvss.score <= worst) continue;
      worst = cvss.score;
      insertVector.run(only, cvss.score, cvss.vector, level);
    }
  }

  return {
    write(feed, record) {
      if (record.kind === 'advisory') writeAdvisory(feed, record.advisory);
      else if (record.kind === 'exploited') insertExploited.run(record.vulnerabilityId);
      else if (record.kind === 'epss') {
        insertEpss.run(record.vulnerabilityId, record.epss.probability, record.epss.percentile);
      }
    },
  };
}

const isCve = (id: string) => id.startsWith('CVE-');

function toEntry({ ranges, versions, rating, module, status }: SourcePackage): SaidOfPackage {
  const { cvss } = rating;
  if (module !== undefined || status !== undefined) {
    return [ranges, versions, cvss?.score ?? null, cvss?.vector ?? null, module ?? null, status ?? null];
  }
  return cvss ? [ranges, versions, cvss.score, cvss.vector] : [ranges, versions];
}

interface Place {
  readonly namespace: string;
  readonly ecosystem: Ecosystem | undefined;
}

/** Where the packages of a feed's namespace are kept, and by whose rules their names are spelt. */
function createPlaces(ecosystems: readonly Ecosystem[]): (namespace: string) => Place {
  const known = new Map<string, Place>();
  return (namespace) => {
    const found = known.get(namespace);
    if (found) return found;
    const kept = ecosystems.map((each) => each.fileUnder?.(namespace)).find((each) => each !== undefined);
    const ecosystem = ecosystems.find((each) => each.namespaces(undefined).includes(namespace));
    const place = { namespace: kept ?? namespace, ecosystem };
    if (known.size < MAX_PLACES) known.set(namespace, place);
    return place;
  };
}

const MAX_PLACES = 10_000;

/** As the look-up will spell it; names of distributions are always spelt alike. */
function normalise(name: string, ecosystem: Ecosystem | undefined): string {
  return ecosystem ? ecosystem.lookup({ ecosystem: ecosystem.name, name, version: '' }).name : name;
}

/** One entry for each package and module: a record may list one several times, for several branches. */
function mergePackages(
  packages: readonly SourcePackage[],
  placeOf: (namespace: string) => Place,
): Iterable<SourcePackage> {
  const merged = new Map<string, SourcePackage>();
  for (const each of packages) {
    const { namespace, ecosystem } = placeOf(each.namespace);
    const name = normalise(each.name, ecosystem);
    const key = `${namespace}\0${name}\0${each.module}`;
    const before = merged.get(key);
    if (!before) {
      merged.set(key, { ...each, namespace, name });
      continue;
    }
    const { status = before.status } = each;
    merged.set(key, {
      ...before,
      ranges: addRanges(before.ranges, each.ranges),
      versions: each.versions.length === 0 ? before.versions : [...before.versions, ...each.versions],
      rating: worseRating(before.rating, each.rating),
      ...(status === undefined ? {} : { status }),
    });
  }
  return merged.values();
}

/** AlmaLinux lists a package once for every architecture, in the same words. */
function addRanges(before: SourcePackage['ranges'], more: SourcePackage['ranges']): SourcePackage['ranges'] {
  const known = new Set(before.map((range) => JSON.stringify(range)));
  const added = more.filter((range) => !known.has(JSON.stringify(range)));
  return added.length === 0 ? before : [...before, ...added];
}

function worseRating(a: Rating, b: Rating): Rating {
  const byOrigin = ratingOrigins.indexOf(a.origin) - ratingOrigins.indexOf(b.origin);
  const bySeverity = severities.indexOf(a.severity) - severities.indexOf(b.severity);
  return (byOrigin || bySeverity) >= 0 ? a : b;
}
