import { z } from 'zod';
import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { isProjectFile } from '../project-files.ts';
import { isForOtherSystems } from '../python-groups.ts';
import { readDocument } from '../read-document.ts';

const fileNames = ['pylock.toml'];

const Lock = z.object({ 'lock-version': z.string(), packages: z.array(z.unknown()) });
const Entry = z.object({
  name: z.string(),
  version: z.string().optional(),
  marker: z.string().optional(),
  directory: z.unknown().optional(),
});

/**
 * What any installer of Python would install for a project, without local folders and what is for other systems than Linux:
 * https://packaging.python.org/en/latest/specifications/pylock-toml/
 */
export const pylock: Analyzer = {
  name: 'pylock',
  version: 1,
  maxBytes: 8 * 1024 ** 2,
  wants: (path) => isProjectFile(path, fileNames),
  analyze(file, problem) {
    const lock = readDocument(file.text(), 'TOML', Lock, problem);
    const found = new FoundPackages({ ecosystem: 'pypi', evidence: 'lock' });
    for (const value of lock?.packages ?? []) {
      const { data: entry } = Entry.safeParse(value);
      if (!entry) found.unread(value);
      else if (entry.directory === undefined && !isForOtherSystems(entry.marker)) found.add(entry.name, entry.version);
    }
    return found.build(problem);
  },
};
