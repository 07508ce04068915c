import type { LocatedPackage } from '../model/package.ts';
import { parentOf } from './normalise-path.ts';

/** Where package managers install into the project's own folder; the others have one place for all projects. */
const installsBeside = new Set(['npm', 'composer']);
const SEPARATORS = /[-_.]+/g;

/**
 * Without the packages of lock files that would be counted twice: those that are installed in that version, in the folder
 * of the lock file or below where that is where they go (npm, Composer), else anywhere in the image; and those that another
 * lock file of the same folder names. A package that one of the operating system brought stands for no other.
 */
export function dropInstalledLocks(packages: readonly LocatedPackage[]): readonly LocatedPackage[] {
  const locks = packages.filter(({ evidence }) => evidence === 'lock');
  if (locks.length === 0) return packages;
  const installed = installedPaths(packages, new Set(locks.map(identityOf)));
  const seen = new Set<string>();
  return packages.filter((pkg) => {
    if (pkg.evidence !== 'lock') return true;
    const identity = identityOf(pkg);
    const place = `${identity}\0${parentOf(pkg.path)}`;
    const isRepeated = seen.has(place);
    seen.add(place);
    return !isRepeated && !isInstalled(pkg, installed.get(identity) ?? []);
  });
}

/** Sorted, of every identity that is asked for. */
function installedPaths(
  packages: readonly LocatedPackage[],
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const paths = new Map<string, string[]>();
  for (const pkg of packages) {
    if (pkg.evidence === 'lock' || pkg.ownedBy) continue;
    const identity = identityOf(pkg);
    if (!wanted.has(identity)) continue;
    const known = paths.get(identity);
    if (known) known.push(pkg.path);
    else paths.set(identity, [pkg.path]);
  }
  for (const known of paths.values()) known.sort();
  return paths;
}

function isInstalled({ ecosystem, path }: LocatedPackage, installed: readonly string[]): boolean {
  if (!installsBeside.has(ecosystem)) return installed.length > 0;
  const folder = parentOf(path);
  return hasBeginning(installed, folder === '' ? '' : `${folder}/`);
}

/** By halves: a hostile image may hold one package at a hundred thousand places, and as many lock files. */
function hasBeginning(sorted: readonly string[], beginning: string): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < beginning) low = middle + 1;
    else high = middle;
  }
  return sorted[low]?.startsWith(beginning) ?? false;
}

/** Lock files write the names of Python and NuGet otherwise than what is installed calls itself. */
function identityOf({ ecosystem, name, version }: LocatedPackage): string {
  const plain = name.toLowerCase();
  return `${ecosystem}\0${ecosystem === 'pypi' ? plain.replace(SEPARATORS, '-') : plain}\0${version}`;
}
