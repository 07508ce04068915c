import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folder of real advisories (`osv/<Ecosystem>/all.zip`, `kev/`) and real images (`images/`): PLIMSOLL_TEST_DATA, else
 * `../shared/data` beside the repository. Undefined, and said aloud, when there is none.
 */
export function findRealData(): string | undefined {
  const folder = process.env.PLIMSOLL_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data');
  if (existsSync(join(folder, 'osv')) && existsSync(join(folder, 'images'))) return folder;
  console.warn(`SKIPPED: quality against real data: ${folder} has no folders osv and images (see PLIMSOLL_TEST_DATA)`);
  return undefined;
}
