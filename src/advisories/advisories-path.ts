import { join } from 'node:path';

/** The folder of a data folder that holds the downloaded feeds and what was compiled from them. */
export function advisoriesFolder(dataDir: string): string {
  return join(dataDir, 'advisories');
}

/** The compiled advisories of a data folder, for openAdvisories. */
export function advisoriesPath(dataDir: string): string {
  return join(advisoriesFolder(dataDir), 'advisories.sqlite');
}
