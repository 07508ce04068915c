import { z } from 'zod';

/** Of a lock file of pnpm, version 9. */
export interface PnpmGraph {
  /** The project and its workspaces, by folder. */
  readonly importers: Readonly<Record<string, unknown>>;
  /** What each package depends on, by key with peers: `a@1.0.0(b@2.0.0)`. */
  readonly snapshots: Readonly<Record<string, unknown>>;
}

const Wanted = z.record(z.string(), z.object({ version: z.string() })).optional();
const Importer = z.object({ dependencies: Wanted, optionalDependencies: Wanted });
const References = z.record(z.string(), z.string()).optional();
const Snapshot = z.object({ dependencies: References, optionalDependencies: References });

/**
 * Keys without peers of the packages that are needed outside development, which version 9 no longer writes down: those
 * that lead from the importers' dependencies to others. A snapshot that cannot be read leads nowhere.
 */
export function productionKeys({ importers, snapshots }: PnpmGraph): ReadonlySet<string> {
  const open = Object.values(importers).flatMap((value) => {
    const { data: importer } = Importer.safeParse(value);
    const wanted = { ...importer?.optionalDependencies, ...importer?.dependencies };
    return Object.entries(wanted).map(([name, { version }]) => toKey(name, version));
  });
  const reached = new Set<string>();
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (reached.has(key)) continue;
    reached.add(key);
    const { data: snapshot } = Snapshot.safeParse(snapshots[key]);
    const references = { ...snapshot?.optionalDependencies, ...snapshot?.dependencies };
    for (const [name, reference] of Object.entries(references)) open.push(toKey(name, reference));
  }
  return new Set([...reached].map(withoutPeers));
}

export function withoutPeers(key: string): string {
  const parenthesis = key.indexOf('(');
  return parenthesis < 0 ? key : key.slice(0, parenthesis);
}

/** A reference is a version of the package it stands under, or the key of another (`real@1.0.0`, an alias). */
function toKey(name: string, reference: string): string {
  const own = withoutPeers(reference);
  const [at, colon] = [own.indexOf('@', 1), own.indexOf(':')];
  const isKey = reference.startsWith('@') || (at > 0 && (colon < 0 || at < colon));
  return isKey ? reference : `${name}@${reference}`;
}
