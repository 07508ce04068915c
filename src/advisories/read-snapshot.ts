import type { AdvisorySnapshot } from '../model/advisory.ts';
import { causeOf } from '../model/app-error.ts';
import { openAdvisories } from './open.ts';

/** Which advisories are compiled; undefined when there are none that this version reads. */
export function readSnapshot(path: string): AdvisorySnapshot | undefined {
  try {
    const database = openAdvisories(path);
    const { snapshot } = database;
    database.close();
    return snapshot;
  } catch (error) {
    if (causeOf(error) === 'advisories-missing') return undefined;
    throw error;
  }
}
