import { z } from 'zod';
import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { isProjectFile } from '../project-files.ts';
import { readDocument } from '../read-document.ts';

const fileNames = ['uv.lock'];
/** Sources of the project itself, of its workspaces and of other local folders. */
const localSources = ['virtual', 'editable', 'directory'] as const;

const Needs = z.array(z.object({ name: z.string() })).default([]);
const Entry = z.object({
  name: z.string(),
  version: z.string().optional(),
  source: z.record(z.string(), z.unknown()).default({}),
  dependencies: Needs,
  'optional-dependencies': z.record(z.string(), Needs).default({}),
});
type Entry = z.infer<typeof Entry>;
const Lock = z.object({ package: z.array(z.unknown()).default([]) });

/**
 * What uv would install for a project: https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile. Not counted: the
 * project, its workspaces and other local folders, and what only their groups of development dependencies lead to.
 */
export const uvLock: Analyzer = {
  name: 'uv-lock',
  version: 1,
  maxBytes: 8 * 1024 ** 2,
  wants: (path) => isProjectFile(path, fileNames),
  analyze(file, problem) {
    const lock = readDocument(file.text(), 'TOML', Lock, problem);
    const found = new FoundPackages({ ecosystem: 'pypi', evidence: 'lock' });
    const entries: Entry[] = [];
    for (const value of lock?.package ?? []) {
      const { data: entry } = Entry.safeParse(value);
      if (entry) entries.push(entry);
      else found.unread(value);
    }
    const needed = neededNames(entries);
    for (const entry of entries) {
      if (!isLocal(entry) && needed.has(entry.name)) found.add(entry.name, entry.version);
    }
    return found.build(problem);
  },
};

/** Names that lead from the local packages to others; all of them in a file without a local one. */
function neededNames(entries: readonly Entry[]): ReadonlySet<string> {
  const locals = entries.filter(isLocal);
  const open = (locals.length === 0 ? entries : locals).map(({ name }) => name);
  const byName = Map.groupBy(entries, ({ name }) => name);
  const reached = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    for (const entry of byName.get(name) ?? []) for (const need of needsOf(entry)) open.push(need.name);
  }
  return reached;
}

function isLocal({ source }: Entry): boolean {
  return localSources.some((kind) => kind in source);
}

function needsOf(entry: Entry): z.infer<typeof Needs> {
  return [...entry.dependencies, ...Object.values(entry['optional-dependencies']).flat()];
}
