import { sql } from 'kysely';
import type { Engine } from './database.ts';

/** The packages of a finding `f`, which are JSON, as rows. */
export const affectedJson = (engine: Engine) =>
  engine === 'sqlite'
    ? {
        from: sql`json_each(f.affected) a`,
        name: sql<string>`json_extract(a.value, '$.package.name')`,
        version: sql<string>`json_extract(a.value, '$.package.version')`,
        fixedVersion: sql<string | null>`json_extract(a.value, '$.fixedVersion')`,
      }
    : {
        from: sql`json_array_elements(f.affected::json) a`,
        name: sql<string>`(a.value -> 'package' ->> 'name')`,
        version: sql<string>`(a.value -> 'package' ->> 'version')`,
        fixedVersion: sql<string | null>`(a.value ->> 'fixedVersion')`,
      };
