import { z } from 'zod';
import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { isProjectFile } from '../project-files.ts';
import { isForDevelopment, isForOtherSystems } from '../python-groups.ts';
import { readDocument } from '../read-document.ts';

const fileNames = ['pdm.lock'];

const Lock = z.object({ package: z.array(z.unknown()).default([]) });
const Entry = z.object({
  name: z.string(),
  version: z.string(),
  groups: z.array(z.string()).default([]),
  marker: z.string().optional(),
  path: z.string().optional(),
});

/**
 * What PDM would install for a project: https://pdm-project.org/en/latest/usage/lockfile/. Not counted: local folders,
 * what is for other systems than Linux, and what is only for development, where the file tells.
 */
export const pdmLock: Analyzer = {
  name: 'pdm-lock',
  version: 1,
  maxBytes: 8 * 1024 ** 2,
  wants: (path) => isProjectFile(path, fileNames),
  analyze(file, problem) {
    const lock = readDocument(file.text(), 'TOML', Lock, problem);
    const found = new FoundPackages({ ecosystem: 'pypi', evidence: 'lock' });
    for (const value of lock?.package ?? []) {
      const { data: entry } = Entry.safeParse(value);
      if (!entry) found.unread(value);
      else if (entry.path === undefined && !isForDevelopment(entry.groups) && !isForOtherSystems(entry.marker))
        found.add(entry.name, entry.version);
    }
    return found.build(problem);
  },
};
