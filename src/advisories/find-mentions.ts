import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

/** An advisory as a whole, whatever packages it is about. */
export interface Mention {
  readonly id: string;
  readonly title: string;
}

const MOST = 10;

/** Advisories of a compiled file that are about a vulnerability. It looks at every one: tenths of a second. */
export function findMentions(path: string, vulnerabilityId: string): readonly Mention[] {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  const database = new DatabaseSync(url, { readOnly: true });
  try {
    return database
      .prepare(
        `SELECT id, title FROM advisory
         WHERE id = :id OR vulnerability_id = :id OR instr(aliases, :quoted) > 0 ORDER BY id LIMIT ${MOST}`,
      )
      .all({ id: vulnerabilityId, quoted: JSON.stringify(vulnerabilityId) })
      .map(({ id, title }) => ({ id: String(id), title: String(title) }));
  } finally {
    database.close();
  }
}
