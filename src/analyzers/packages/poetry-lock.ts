import { z } from 'zod';
import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { isProjectFile } from '../project-files.ts';
import { isForDevelopment } from '../python-groups.ts';
import { readDocument } from '../read-document.ts';

const fileNames = ['poetry.lock'];

const Lock = z.object({ package: z.array(z.unknown()).default([]) });
const Entry = z.object({
  name: z.string(),
  version: z.string(),
  category: z.string().optional(),
  groups: z.array(z.string()).default([]),
  source: z.object({ type: z.string().optional() }).optional(),
});

/**
 * What Poetry would install for a project: https://python-poetry.org/docs/basic-usage/#installing-with-poetrylock. Not
 * counted: local folders and what is only for development, where the file tells (before Poetry 1.5 and since 2.0).
 */
export const poetryLock: Analyzer = {
  name: 'poetry-lock',
  version: 1,
  maxBytes: 8 * 1024 ** 2,
  wants: (path) => isProjectFile(path, fileNames),
  analyze(file, problem) {
    const lock = readDocument(file.text(), 'TOML', Lock, problem);
    const found = new FoundPackages({ ecosystem: 'pypi', evidence: 'lock' });
    for (const value of lock?.package ?? []) {
      const { data: entry } = Entry.safeParse(value);
      if (!entry) found.unread(value);
      else if (entry.source?.type !== 'directory' && entry.category !== 'dev' && !isForDevelopment(entry.groups))
        found.add(entry.name, entry.version);
    }
    return found.build(problem);
  },
};
