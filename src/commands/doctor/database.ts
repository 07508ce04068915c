import { existsSync } from 'node:fs';
import { databaseUrl } from '../../config/database-url.ts';
import { inspectDatabase } from '../../store/inspect-database.ts';
import { inspectSearchIndex, searchIndexStatements } from '../../store/inspect-search-index.ts';
import { countOf } from '../output/count-of.ts';
import type { Diagnosis, Examination } from './examination.ts';

const FILE = 'file:';

/** Whether the database answers, is up to date, and has what is optional. */
export const database: Examination = {
  part: 'database',
  examine: async ({ config }) => {
    const url = databaseUrl(config);
    const name = url.startsWith(FILE) ? url.slice(FILE.length) : `PostgreSQL at ${new URL(url).host}`;
    if (url.startsWith(FILE) && !existsSync(name)) {
      const detail = `there is none yet in ${config.dataDir}; plimsoll serve makes it, plimsoll scan needs none`;
      return [{ part: 'database', condition: 'skipped', detail }];
    }
    const { pending } = await inspectDatabase(url);
    if (pending.length === 0) {
      const ok: Diagnosis = { part: 'database', condition: 'ok', detail: name };
      return url.startsWith(FILE) ? [ok] : [ok, ...(await lackOfSearchIndex(url))];
    }
    return [
      {
        part: 'database',
        condition: 'warning',
        detail: `${name} lacks ${countOf(pending.length, 'migration')}, from ${pending[0]} on`,
        fix: 'Start the server of this version: plimsoll serve brings it up to date.',
      },
    ];
  },
};

async function lackOfSearchIndex(url: string): Promise<readonly Diagnosis[]> {
  const { exists, hasExtension } = await inspectSearchIndex(url);
  if (exists) return [];
  const first = hasExtension ? '' : "Install PostgreSQL's contrib modules on its machine (postgresql-contrib). ";
  const statements = searchIndexStatements.map((statement) => `${statement};`).join(' ');
  return [
    {
      part: 'database',
      condition: 'warning',
      detail: 'parts of names are looked for without an index: every search looks at every repository',
      fix: `${first}As the owner of the database, one by one, with the server running or not: ${statements}`,
    },
  ];
}
