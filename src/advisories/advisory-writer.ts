import type { DatabaseSync } from 'node:sqlite';
import type { PreparedAdvisory, PreparedRecord } from './prepare-record.ts';

export interface AdvisoryWriter {
  /** `feed` numbers the feed that the record comes from. */
  write(feed: number, record: PreparedRecord): void;
}

/** Puts records into the tables of compile-tables.ts, one by one. */
export function createAdvisoryWriter(database: DatabaseSync): AdvisoryWriter {
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

  function namespaceRow(name: string): number {
    const known = namespaces.get(name);
    if (known !== undefined) return known;
    const row = Number(insertNamespace.run(name).lastInsertRowid);
    namespaces.set(name, row);
    return row;
  }

  /** Undefined when this feed has already given the record. Another feed may give the rest of its packages. */
  function advisoryRow(feed: number, advisory: PreparedAdvisory): number | undefined {
    const { id, vulnerabilityId, named, title, description, aliases, references, published, modified, sum } = advisory;
    const texts = [title, description, aliases, references, published, modified];
    const inserted = insertAdvisory.run(id, feed, vulnerabilityId, named, ...texts, sum);
    if (inserted.changes > 0) {
      const row = Number(inserted.lastInsertRowid);
      for (const alias of advisory.otherNames) insertAlias.run(row, alias);
      if (advisory.exploitPublic) insertEvidence.run(row);
      return row;
    }
    const existing = findAdvisory.get(id);
    if (!existing || Number(existing.feed) === feed) return undefined;
    const row = Number(existing.row);
    noteFeed.run(feed, row);
    return row;
  }

  function writeAdvisory(feed: number, advisory: PreparedAdvisory): void {
    const row = advisoryRow(feed, advisory);
    if (row === undefined) return;
    for (const { namespace, name, severity, origin, entry } of advisory.packages) {
      insertStaged.run(namespaceRow(namespace), name, row, severity, origin, entry);
    }
    const { vulnerabilityId, worst } = advisory;
    if (worst) insertVector.run(vulnerabilityId, worst.score, worst.vector, worst.severity);
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
