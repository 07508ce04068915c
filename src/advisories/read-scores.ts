import type { Epss } from '../model/vulnerability.ts';
import { openAdvisories } from './open.ts';

/** EPSS of those of these vulnerabilities that the compiled advisories have one of. */
export function readScores(path: string, ids: readonly string[]): ReadonlyMap<string, Epss> {
  const database = openAdvisories(path);
  try {
    return new Map(
      ids.flatMap((id) => {
        const epss = database.vulnerability?.(id)?.epss;
        return epss ? [[id, epss] as const] : [];
      }),
    );
  } finally {
    database.close();
  }
}
