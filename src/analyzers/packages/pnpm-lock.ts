import { z } from 'zod';
import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { isForLinux, splitNpmSpec } from '../npm-names.ts';
import { type PnpmGraph, productionKeys, withoutPeers } from '../pnpm-production.ts';
import { isProjectFile } from '../project-files.ts';
import { readDocument } from '../read-document.ts';

const fileNames = ['pnpm-lock.yaml'];
/** From here on a key is `name@version`; before, `/name/version`. */
const FIRST_WITH_AT = 6;

const Entries = z.record(z.string(), z.unknown());
const Locks = z
  .array(
    z.object({
      lockfileVersion: z.string().optional(),
      importers: Entries.optional(),
      packages: Entries.optional(),
      snapshots: Entries.optional(),
    }),
  )
  .min(1);
// All scalars are texts.
const Entry = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  dev: z.string().optional(),
  os: z.array(z.string()).optional(),
  resolution: z.object({ type: z.string().optional() }).optional(),
});

/**
 * What pnpm would install for a project, versions 5 to 9 of its lock file:
 * https://github.com/pnpm/spec/tree/master/lockfile. Not counted: what only development needs, local folders, and what
 * is for other systems than Linux.
 */
export const pnpmLock: Analyzer = {
  name: 'pnpm-lock',
  version: 1,
  maxBytes: 8 * 1024 ** 2,
  wants: (path) => isProjectFile(path, fileNames),
  analyze(file, problem) {
    const found = new FoundPackages({ ecosystem: 'npm', evidence: 'lock' });
    for (const lock of readDocument(file.text(), 'YAML', Locks, problem) ?? []) {
      const { lockfileVersion, importers, packages = {}, snapshots } = lock;
      if (lockfileVersion === undefined) problem('no lockfileVersion');
      const production =
        snapshots && importers ? productionKeys({ importers, snapshots } satisfies PnpmGraph) : undefined;
      const hasAt = Number(lockfileVersion) >= FIRST_WITH_AT;
      for (const [key, value] of Object.entries(packages)) {
        if (!production || production.has(key)) addPackage(key, value, hasAt, found);
      }
    }
    return found.build(problem);
  },
};

function addPackage(key: string, value: unknown, hasAt: boolean, found: FoundPackages): void {
  const { data: entry } = Entry.safeParse(value);
  if (!entry) {
    found.unread(key);
    return;
  }
  if (entry.dev === 'true' || entry.resolution?.type === 'directory' || !isForLinux(entry.os ?? [])) return;
  const written = hasAt ? splitNpmSpec(ownKey(withoutPeers(key))) : splitOldKey(ownKey(key));
  found.add(entry.name ?? written.name, entry.version ?? written.version, key);
}

/** `/lodash@4.17.21` and `registry.example.org/lodash@4.17.21` without what comes before the name. */
function ownKey(key: string): string {
  const slash = key.indexOf('/');
  const at = key.indexOf('@');
  return slash < 0 || (at >= 0 && at < slash) ? key : key.slice(slash + 1);
}

/** `@scope/name/1.0.0_peer@2.0.0`: no version of npm has an underscore. */
function splitOldKey(key: string): ReturnType<typeof splitNpmSpec> {
  const [own = ''] = key.split('_', 1);
  const named = own.indexOf('/', own.startsWith('@') ? own.indexOf('/') + 1 : 0);
  return named < 0 ? { name: key, version: '' } : { name: key.slice(0, named), version: own.slice(named + 1) };
}
