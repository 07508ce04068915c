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

export interface AdvisoryWriter {
  /** `feed` numbers the feed that the record comes from. */
  write(feed: number, record: SourceRecord): void;
}

/** Puts records into the tables of compile-tables.ts, one by one. */
export function createAdvisoryWriter(database: DatabaseSync, ecosystems: readonly Ecosystem[]): AdvisoryWriter {
  const insertNamespace = database.prepare('INSERT INTO namespace (name) VALUES (?)');
  const insertAdvisory = database.prepare(
    `INSERT INTO advisory (id, feed, vulnerability_id, title, description, aliases, "references", published, modified)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  );
  const findAdvisory = database.prepare('SELECT row, feed FROM advisory WHERE id = ?');
  const noteFeed = database.prepare('UPDATE advisory SET feed = ? WHERE row = ?');
  const insertAffected = database.prepare('INSERT INTO scratch.staged VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const insertNamed = database.prepare('INSERT INTO scratch.named VALUES (?, ?)');
  const insertAlias = database.prepare('INSERT INTO scratch.alias VALUES (?, ?)');
  const insertExploited = database.prepare('INSERT OR IGNORE INTO scratch.exploited VALUES (?)');
  const insertVector = database.prepare(
    `INSERT INTO scratch.vector VALUES (?, ?, ?, ?) ON CONFLICT (vulnerability_id) DO UPDATE
     SET score = excluded.score, vector = excluded.vector, severity = excluded.severity WHERE excluded.score > score`,
  );
  const namespaces = new Map<string, number>();

  function namespaceRow(name: string): number {
    const known = namespaces.get(name);
    if (known !== undefined) return known;
    const row = Number(insertNamespace.run(name).lastInsertRowid);
    namespaces.set(name, row);
    return row;
  }

  /** Undefined when this feed has already given the record. Another feed may give the rest of its packages. */
  function advisoryRow(feed: number, advisory: SourceAdvisory): number | undefined {
    const inserted = insertAdvisory.run(
      advisory.id,
      feed,
      advisory.vulnerabilityId,
      advisory.title,
      advisory.description,
      JSON.stringify(advisory.aliases),
      JSON.stringify(advisory.references),
      advisory.published ?? null,
      advisory.modified ?? null,
    );
    if (inserted.changes > 0) {
      const row = Number(inserted.lastInsertRowid);
      for (const id of advisory.vulnerabilityIds) insertNamed.run(row, id);
      if (advisory.vulnerabilityIds.length === 0) for (const alias of advisory.aliases) insertAlias.run(row, alias);
      return row;
    }
    const existing = findAdvisory.get(advisory.id);
    if (!existing || Number(existing.feed) === feed) return undefined;
    const row = Number(existing.row);
    noteFeed.run(feed, row);
    return row;
  }

  function writeAdvisory(feed: number, advisory: SourceAdvisory): void {
    const row = advisoryRow(feed, advisory);
    if (row === undefined) return;
    for (const { namespace, name, ranges, versions, rating } of mergePackages(advisory.packages, ecosystems)) {
      const { severity, origin, cvss } = rating;
      const level = severities.indexOf(severity);
      insertAffected.run(
        namespaceRow(namespace),
        name,
        row,
        JSON.stringify(ranges),
        JSON.stringify(versions),
        level,
        ratingOrigins.indexOf(origin),
        cvss?.score ?? null,
        cvss?.vector ?? null,
      );
      // Only where the vector is certainly that of the one vulnerability.
      const [only] = advisory.vulnerabilityIds;
      if (cvss && origin === 'cvss' && only && advisory.vulnerabilityIds.length === 1) {
        insertVector.run(only, cvss.score, cvss.vector, level);
      }
    }
  }

  return {
    write(feed, record) {
      if (record.kind === 'advisory') writeAdvisory(feed, record.advisory);
      if (record.kind === 'exploited') insertExploited.run(record.vulnerabilityId);
    },
  };
}

/** One entry for each package: a record may list one several times, for several branches. */
function mergePackages(packages: readonly SourcePackage[], ecosystems: readonly Ecosystem[]): readonly SourcePackage[] {
  const merged = new Map<string, SourcePackage>();
  for (const each of packages) {
    const name = normalise(each, ecosystems);
    const key = `${each.namespace}\0${name}`;
    const before = merged.get(key);
    merged.set(key, {
      namespace: each.namespace,
      name,
      ranges: [...(before?.ranges ?? []), ...each.ranges],
      versions: [...(before?.versions ?? []), ...each.versions],
      rating: before ? worseRating(before.rating, each.rating) : each.rating,
    });
  }
  return [...merged.values()];
}

/** As the look-up will spell it; those of distributions are always spelt alike. */
function normalise({ namespace, name }: SourcePackage, ecosystems: readonly Ecosystem[]): string {
  const ecosystem = ecosystems.find((each) => each.namespaces(undefined).includes(namespace));
  return ecosystem ? ecosystem.lookup({ ecosystem: ecosystem.name, name, version: '' }).name : name;
}

function worseRating(a: Rating, b: Rating): Rating {
  const byOrigin = ratingOrigins.indexOf(a.origin) - ratingOrigins.indexOf(b.origin);
  const bySeverity = severities.indexOf(a.severity) - severities.indexOf(b.severity);
  return (byOrigin || bySeverity) >= 0 ? a : b;
}
