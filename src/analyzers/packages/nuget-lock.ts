import { z } from 'zod';
import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { isProjectFile } from '../project-files.ts';
import { readDocument } from '../read-document.ts';

const fileNames = ['packages.lock.json'];

const Lock = z.object({ dependencies: z.record(z.string(), z.record(z.string(), z.unknown())) });
const Entry = z.object({ type: z.string().optional(), resolved: z.string().optional() });

/**
 * What NuGet would install for a project, for every framework it is built for:
 * https://learn.microsoft.com/en-us/nuget/consume-packages/package-references-in-project-files#locking-dependencies
 */
export const nugetLock: Analyzer = {
  name: 'nuget-lock',
  version: 1,
  maxBytes: 32 * 1024 ** 2,
  wants: (path) => isProjectFile(path, fileNames),
  analyze(file, problem) {
    const lock = readDocument(file.text(), 'JSON', Lock, problem);
    const found = new FoundPackages({ ecosystem: 'nuget', evidence: 'lock' });
    for (const packages of Object.values(lock?.dependencies ?? {})) {
      for (const [name, value] of Object.entries(packages)) {
        const { data: entry } = Entry.safeParse(value);
        if (entry?.type?.toLowerCase() !== 'project') found.add(name, entry?.resolved);
      }
    }
    return found.build(problem);
  },
};
