import { z } from 'zod';
import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { isForLinux, splitNpmSpec } from '../npm-names.ts';
import { isProjectFile } from '../project-files.ts';
import { readDocument } from '../read-document.ts';

const fileNames = ['package-lock.json', 'npm-shrinkwrap.json'];
const FOLDER = 'node_modules/';
const ALIAS = 'npm:';

const Entries = z.record(z.string(), z.unknown());
const Lock = z.object({ packages: Entries.optional(), dependencies: Entries.optional() });
const Entry = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  dev: z.boolean().optional(),
  link: z.boolean().optional(),
  os: z.array(z.string()).optional(),
  dependencies: z.unknown().optional(),
});

/**
 * What npm would install for a project, versions 1 to 3 of its lock file:
 * https://docs.npmjs.com/cli/configuring-npm/package-lock-json. Not counted: what only development needs, the project
 * and its workspaces, and what is for other systems than Linux.
 */
export const packageLock: Analyzer = {
  name: 'package-lock',
  version: 1,
  maxBytes: 32 * 1024 ** 2,
  wants: (path) => isProjectFile(path, fileNames),
  analyze(file, problem) {
    const lock = readDocument(file.text(), 'JSON', Lock, problem);
    const found = new FoundPackages({ ecosystem: 'npm', evidence: 'lock' });
    if (lock?.packages) addPackages(lock.packages, found);
    else addDependencies(lock?.dependencies ?? {}, found);
    return found.build(problem);
  },
};

/** Versions 2 and 3: by the path they are installed at. */
function addPackages(packages: z.infer<typeof Entries>, found: FoundPackages): void {
  for (const [path, value] of Object.entries(packages)) {
    const folder = path.lastIndexOf(FOLDER);
    if (folder < 0) continue; // the project itself or a workspace
    const { data: entry } = Entry.safeParse(value);
    if (!entry) found.unread(path);
    else if (!entry.dev && !entry.link && isForLinux(entry.os ?? []))
      found.add(entry.name ?? path.slice(folder + FOLDER.length), entry.version, path);
  }
}

/** Version 1: by name, each with the dependencies that are installed below it. */
function addDependencies(dependencies: z.infer<typeof Entries>, found: FoundPackages): void {
  const open = [dependencies];
  for (let level = open.pop(); level; level = open.pop()) {
    for (const [name, value] of Object.entries(level)) {
      const { data: entry } = Entry.safeParse(value);
      const { data: inner } = Entries.optional().safeParse(entry?.dependencies);
      if (inner) open.push(inner);
      if (!entry) found.unread(name);
      else if (!entry.dev && !entry.version?.startsWith('file:')) addDependency(name, entry.version, found);
    }
  }
}

function addDependency(name: string, version: string | undefined, found: FoundPackages): void {
  const real = version?.startsWith(ALIAS) ? splitNpmSpec(version.slice(ALIAS.length)) : { name, version };
  found.add(real.name, real.version, name);
}
