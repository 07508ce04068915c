import { existsSync } from 'node:fs';
import { databaseUrl } from '../../config/database-url.ts';
import { inspectDatabase } from '../../store/inspect-database.ts';
import { countOf } from '../output/count-of.ts';
import type { Examination } from './examination.ts';

const FILE = 'file:';

/** Whether the database answers and is up to date. */
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
    if (pending.length === 0) return [{ part: 'database', condition: 'ok', detail: name }];
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
