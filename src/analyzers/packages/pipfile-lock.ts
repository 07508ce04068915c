import { z } from 'zod';
import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { isProjectFile } from '../project-files.ts';
import { isForOtherSystems } from '../python-groups.ts';
import { readDocument } from '../read-document.ts';

const fileNames = ['Pipfile.lock'];
const EXACTLY = '==';

const Lock = z.object({ default: z.record(z.string(), z.unknown()) });
const Entry = z.object({
  version: z.string().optional(),
  path: z.string().optional(),
  file: z.string().optional(),
  markers: z.string().optional(),
});

/**
 * What Pipenv would install for a project: https://github.com/pypa/pipfile. Not counted: `develop`, local folders, and
 * what is for other systems than Linux. A package from Git has no version there, which is a problem.
 */
export const pipfileLock: Analyzer = {
  name: 'pipfile-lock',
  version: 1,
  maxBytes: 32 * 1024 ** 2,
  wants: (path) => isProjectFile(path, fileNames),
  analyze(file, problem) {
    const lock = readDocument(file.text(), 'JSON', Lock, problem);
    const found = new FoundPackages({ ecosystem: 'pypi', evidence: 'lock' });
    for (const [name, value] of Object.entries(lock?.default ?? {})) {
      const { data: entry } = Entry.safeParse(value);
      if (entry && (entry.path ?? entry.file) !== undefined) continue;
      const version = entry?.version?.startsWith(EXACTLY) ? entry.version.slice(EXACTLY.length) : undefined;
      if (!isForOtherSystems(entry?.markers)) found.add(name, version);
    }
    return found.build(problem);
  },
};
