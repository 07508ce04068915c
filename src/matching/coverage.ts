import type { Ecosystem } from '../ecosystems/ecosystem.ts';
import type { AdvisoryDatabase } from '../model/advisory.ts';
import type { Inventory, OperatingSystem } from '../model/inventory.ts';
import type { LocatedPackage } from '../model/package.ts';
import { problemSubject, WHOLE_LAYER } from '../model/problem-subject.ts';
import type { Coverage, CoverageGap } from '../model/vulnerability.ts';

/** Where the advisories of an ecosystem's packages are. */
export interface Place {
  readonly ecosystem: Ecosystem;
  readonly namespaces: readonly string[];
  /** Tells places apart, with the system that look-ups depend on. */
  readonly key: string;
}

/** Where to look up the packages of each ecosystem, and what cannot be looked up anywhere. */
export interface Scope {
  readonly places: ReadonlyMap<string, Place>;
  /** Whether a package of the system brought it, whose advisories are here and speak for it. */
  readonly isOwned: (pkg: LocatedPackage) => boolean;
  readonly coverage: Coverage;
  /** Worst first. */
  readonly gaps: readonly CoverageGap[];
}

/**
 * unknown: there is a distribution whose packages could not be found or have no advisories here, or there is nothing at
 * all to match: an image without packages (busybox, a static binary on scratch) may hold anything, so "no
 * vulnerabilities" would be a guess. An inventory cannot tell such an image from an empty one; both are unknown.
 * partial: what can be looked up is, but some packages could not be read, or belong to an ecosystem without advisories.
 */
export function findScope(inventory: Inventory, database: AdvisoryDatabase, ecosystems: readonly Ecosystem[]): Scope {
  const { os } = inventory;
  const places = findPlaces(inventory, database, ecosystems);
  const isOwned = ({ ownedBy }: LocatedPackage) => ownedBy !== undefined && places.has(ownedBy.ecosystem);
  const present = new Set(inventory.packages.flatMap((pkg) => (isOwned(pkg) ? [] : pkg.ecosystem)));
  const unknown: CoverageGap[] = [];
  const partial: CoverageGap[] = [];

  for (const name of present) {
    const ecosystem = ecosystems.find((each) => each.name === name);
    const wanted = ecosystem?.namespaces(os) ?? [];
    const namespaces = places.get(name)?.namespaces ?? [];
    if (!ecosystem || !isDistribution(ecosystem)) {
      if (namespaces.length === 0) partial.push({ cause: 'ecosystem-not-covered', subject: wanted[0] ?? name });
      continue;
    }
    if (wanted.length === 0) unknown.push({ cause: 'distribution-unknown', subject: describeSystem(os) });
    const missing = wanted.filter((namespace) => !namespaces.includes(namespace));
    const gaps = namespaces.length === 0 ? unknown : partial;
    for (const subject of missing) gaps.push({ cause: 'distribution-not-covered', subject });
  }

  const distributions = ecosystems.filter(isDistribution);
  const hasSystemPackages = distributions.some(({ name }) => present.has(name));
  if (!hasSystemPackages && (os || present.size === 0)) {
    const subject = os
      ? `${describeSystem(os)}: no package database that we read`
      : 'no operating system and no packages found';
    unknown.push({ cause: 'distribution-unknown', subject });
  }
  const cut: CoverageGap[] = [];
  for (const problem of inventory.problems) {
    const subject = problemSubject(problem);
    if (problem.path === WHOLE_LAYER) cut.push({ cause: problem.cause, subject });
    else partial.push({ cause: 'package-unreadable', subject });
  }
  return {
    places,
    isOwned,
    coverage: unknown.length > 0 ? 'unknown' : cut.length + partial.length > 0 ? 'partial' : 'known',
    // A layer that was not read to its end may well be why something else is not known.
    gaps: [...boundGaps(cut), ...unknown, ...boundGaps(partial)],
  };
}

function findPlaces(
  { packages, os }: Inventory,
  database: AdvisoryDatabase,
  ecosystems: readonly Ecosystem[],
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const name of new Set(packages.map((pkg) => pkg.ecosystem))) {
    const ecosystem = ecosystems.find((each) => each.name === name);
    const namespaces = (ecosystem?.namespaces(os) ?? []).filter((namespace) => database.covers(namespace));
    if (!ecosystem || namespaces.length === 0) continue;
    places.set(name, { ecosystem, namespaces, key: [name, os?.family ?? '', ...namespaces].join('\0') });
  }
  return places;
}

const MAX_GAPS = 50; // a hostile image may have a million unreadable files

/** The first ones, and how many more there are. */
export function boundGaps(gaps: readonly CoverageGap[]): readonly CoverageGap[] {
  const left = gaps.slice(MAX_GAPS);
  const [next] = left;
  return next ? [...gaps.slice(0, MAX_GAPS), { cause: next.cause, subject: `and ${left.length} more` }] : gaps;
}

/** Advisories of a distribution depend on the operating system; those of a language do not. */
function isDistribution(ecosystem: Ecosystem): boolean {
  return ecosystem.namespaces(undefined).length === 0;
}

function describeSystem(os: OperatingSystem | undefined): string {
  if (!os) return 'no os-release found';
  return [os.family, os.release].filter((part) => part !== '').join(' ');
}
