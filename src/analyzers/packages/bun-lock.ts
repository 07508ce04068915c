import { z } from 'zod';
import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { isForLinux, splitNpmSpec } from '../npm-names.ts';
import { isProjectFile } from '../project-files.ts';
import { readDocument } from '../read-document.ts';

const fileNames = ['bun.lock'];
const LOCAL = /^(?:workspace|root|link|file):/;
// Real ones are far from both; a hostile one must not make each of a million needs cost a long way up.
const MAX_KEY_LENGTH = 500;
const MAX_LEVELS = 16;

const Ranges = z.record(z.string(), z.unknown()).optional();
const Needs = z.object({ dependencies: Ranges, optionalDependencies: Ranges, peerDependencies: Ranges });
const Details = Needs.extend({ os: z.union([z.string(), z.array(z.string())]).optional() });
const Lock = z.object({
  lockfileVersion: z.number(),
  workspaces: z.record(z.string(), Needs.extend({ name: z.string().optional() })).default({}),
  packages: z.record(z.string(), z.unknown()).default({}),
});
const Entry = z.tuple([z.string()]).rest(z.unknown());

/**
 * What Bun would install for a project, by its lock file in text form: https://bun.com/docs/install/lockfile. Not counted:
 * what only development needs, workspaces, and what is for other systems than Linux.
 */
export const bunLock: Analyzer = {
  name: 'bun-lock',
  version: 1,
  maxBytes: 16 * 1024 ** 2,
  wants: (path) => isProjectFile(path, fileNames),
  analyze(file, problem) {
    const lock = readDocument(file.text(), 'JSONC', Lock, problem);
    const found = new FoundPackages({ ecosystem: 'npm', evidence: 'lock' });
    if (lock) for (const key of productionKeys(lock)) addPackage(key, lock.packages[key], found);
    return found.build(problem);
  },
};

function addPackage(key: string, value: unknown, found: FoundPackages): void {
  const { data: entry } = Entry.safeParse(value);
  const { name, version } = splitNpmSpec(entry?.[0] ?? '');
  const systems = detailsOf(value)?.os ?? [];
  if (LOCAL.test(version) || !isForLinux(typeof systems === 'string' ? [systems] : systems)) return;
  found.add(name, version, key);
}

/** The keys that lead from the workspaces' dependencies, without those of development, to others. */
function productionKeys({ workspaces, packages }: z.infer<typeof Lock>): ReadonlySet<string> {
  const open = Object.values(workspaces).flatMap((workspace) =>
    needsOf(workspace).map((need) => findKey(workspace.name ?? '', need, packages)),
  );
  const reached = new Set<string>();
  for (let key = open.pop(); open.length > 0 || key !== undefined; key = open.pop()) {
    if (key === undefined || reached.has(key)) continue;
    reached.add(key);
    for (const need of needsOf(detailsOf(packages[key]))) open.push(findKey(key, need, packages));
  }
  return reached;
}

function needsOf(needs: z.infer<typeof Needs> | undefined): readonly string[] {
  return Object.keys({ ...needs?.dependencies, ...needs?.optionalDependencies, ...needs?.peerDependencies });
}

/** What a package of a registry says of itself is an object at the second or third place. */
function detailsOf(value: unknown): z.infer<typeof Details> | undefined {
  if (!Array.isArray(value)) return undefined;
  const details = value.slice(1).find((part) => typeof part === 'object');
  return Details.safeParse(details).data;
}

/** Keys are paths of names, as folders in node_modules: `a/b` is the b that a has for itself, before the common one. */
function findKey(from: string, need: string, packages: z.infer<typeof Lock>['packages']): string | undefined {
  let folder = from.length <= MAX_KEY_LENGTH ? from : '';
  for (let level = 0; folder !== '' && level < MAX_LEVELS; level++) {
    const key = `${folder}/${need}`;
    if (Object.hasOwn(packages, key)) return key;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')));
  }
  return Object.hasOwn(packages, need) ? need : undefined;
}
