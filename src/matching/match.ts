import type { Ecosystem } from '../ecosystems/ecosystem.ts';
import type { Advisory, AdvisoryDatabase } from '../model/advisory.ts';
import type { Inventory } from '../model/inventory.ts';
import type { LocatedPackage } from '../model/package.ts';
import type { CoverageGap, MatchResult } from '../model/vulnerability.ts';
import type { VersionScheme } from '../versions/version-scheme.ts';
import { affects } from './affects.ts';
import { boundGaps, findScope } from './coverage.ts';
import { type Hit, mergeHits } from './merge-hits.ts';

/**
 * Which vulnerabilities an inventory has, by these advisories, and how far that can be believed. Pure: the same three
 * arguments give the same result.
 */
export function match(inventory: Inventory, database: AdvisoryDatabase, ecosystems: readonly Ecosystem[]): MatchResult {
  const scope = findScope(inventory, database, ecosystems);
  const known = new Map<string, Found>(); // binary packages of one source ask the same question
  const hits: Hit[] = [];
  const undecided: CoverageGap[] = [];

  for (const pkg of inventory.packages) {
    const place = scope.places.get(pkg.ecosystem);
    if (!place) continue;
    const { name, version } = place.ecosystem.lookup(pkg);
    const key = `${pkg.ecosystem}\0${name}\0${version}`;
    const found = known.get(key) ?? search(name, version, place.namespaces, database, place.ecosystem.versions);
    known.set(key, found);
    for (const each of found.affecting) hits.push({ ...each, package: pkg, scheme: place.ecosystem.versions });
    if (found.undecided > 0) undecided.push(describeUndecided(pkg, found));
  }

  const gaps = [...scope.gaps, ...boundGaps(undecided)];
  const coverage = scope.coverage === 'known' && undecided.length > 0 ? 'partial' : scope.coverage;
  return { vulnerabilities: mergeHits(hits), coverage, gaps, suppressed: [] };
}

interface Found {
  readonly affecting: readonly { readonly advisory: Advisory; readonly fixedVersion?: string }[];
  readonly undecided: number;
  readonly reason: string;
}

function search(
  name: string,
  version: string,
  namespaces: readonly string[],
  database: AdvisoryDatabase,
  scheme: VersionScheme,
): Found {
  const affecting: Found['affecting'][number][] = [];
  let undecided = 0;
  let reason = '';
  for (const advisory of firstAdvisories(name, namespaces, database)) {
    const verdict = affects(version, advisory, scheme);
    if (verdict.status === 'undecided') {
      undecided++;
      reason ||= `${advisory.id}: ${verdict.reason}`;
    }
    if (verdict.status !== 'affected') continue;
    const { fixedVersion } = verdict;
    affecting.push({ advisory, ...(fixedVersion === undefined ? {} : { fixedVersion }) });
  }
  return { affecting, undecided, reason };
}

/** The first branch that has advisories for a package decides: another one's fixes carry other version numbers. */
function firstAdvisories(name: string, namespaces: readonly string[], database: AdvisoryDatabase): readonly Advisory[] {
  for (const namespace of namespaces) {
    const advisories = database.find(namespace, name);
    if (advisories.length > 0) return advisories;
  }
  return [];
}

function describeUndecided(pkg: LocatedPackage, { undecided, reason }: Found): CoverageGap {
  const others = undecided > 1 ? `, and ${undecided - 1} more advisories` : '';
  return { cause: 'version-undecided', subject: `${pkg.name} ${pkg.version} (${reason}${others})` };
}
