import type { Ecosystem } from '../ecosystems/ecosystem.ts';
import type { Advisory, AdvisoryDatabase } from '../model/advisory.ts';
import type { Inventory } from '../model/inventory.ts';
import type { LocatedPackage } from '../model/package.ts';
import type { CoverageGap, MatchResult, Suppressed } from '../model/vulnerability.ts';
import { affects } from './affects.ts';
import { boundGaps, findScope, type Place } from './coverage.ts';
import { type Descriptions, type FactsOf, type Hit, mergeHits } from './merge-hits.ts';

/**
 * Which vulnerabilities an inventory has, by these advisories, and how far that can be believed. Pure: the same three
 * arguments give the same result.
 */
export function match(inventory: Inventory, database: AdvisoryDatabase, ecosystems: readonly Ecosystem[]): MatchResult {
  const scope = findScope(inventory, database, ecosystems);
  const known = memoryOf(database);
  const hits: Hit[] = [];
  const verdicts = new Map([...scope.places.values()].map((place) => [place, verdictsOf(place, known)]));
  const owned = new Map<string, Hit[]>();
  const undecided: CoverageGap[] = [];

  for (const pkg of inventory.packages) {
    const place = scope.places.get(pkg.ecosystem);
    const before = place && verdicts.get(place);
    if (!before) continue;
    const found = judge(pkg, place, inventory.os, database, before);
    if (found === NOTHING) continue;
    const owner = scope.isOwned(pkg) ? describeOwner(pkg) : undefined;
    const mine = owner === undefined ? hits : orNew(owned, owner);
    for (const each of found.affecting) mine.push({ ...each, package: pkg, scheme: place.ecosystem.versions });
    if (found.undecided > 0 && owner === undefined) undecided.push(describeUndecided(pkg, found));
  }

  const factsOf: FactsOf = (id) => database.vulnerability?.(id);
  const gaps = [...scope.gaps, ...boundGaps(undecided)];
  const coverage = scope.coverage === 'known' && undecided.length > 0 ? 'partial' : scope.coverage;
  const suppressed = [...owned].flatMap(([detail, of]) => suppress(detail, of, factsOf, known));
  return { vulnerabilities: mergeHits(hits, factsOf, known.descriptions), coverage, gaps, suppressed };
}

/** What advisories say of one package. */
interface Found {
  readonly affecting: readonly { readonly advisory: Advisory; readonly fixedVersion?: string }[];
  readonly undecided: number;
  readonly reason: string;
}

/** By package and version. */
type Verdicts = Map<string, Found>;

interface Memory {
  /** By the key of the place. */
  readonly verdicts: Map<string, Verdicts>;
  readonly descriptions: Descriptions;
}

const NOTHING: Found = { affecting: [], undecided: 0, reason: '' };
const MAX_VERDICTS = 50_000;
const memories = new WeakMap<AdvisoryDatabase, Memory>();

/**
 * What was found with these advisories before: binary packages of one source ask the same question, and images share most
 * of their packages. Begins anew when full.
 */
function memoryOf(database: AdvisoryDatabase): Memory {
  const before = memories.get(database);
  if (before && verdictsIn(before) < MAX_VERDICTS) return before;
  const fresh = { verdicts: new Map(), descriptions: new WeakMap() };
  memories.set(database, fresh);
  return fresh;
}

function verdictsOf({ key }: Place, { verdicts }: Memory): Verdicts {
  const ofPlace = verdicts.get(key) ?? new Map();
  verdicts.set(key, ofPlace);
  return ofPlace;
}

function verdictsIn({ verdicts }: Memory): number {
  return [...verdicts.values()].reduce((sum, ofPlace) => sum + ofPlace.size, 0);
}

function judge(
  pkg: LocatedPackage,
  place: Place,
  os: Inventory['os'],
  database: AdvisoryDatabase,
  known: Verdicts,
): Found {
  const { name, version } = place.ecosystem.lookup(pkg, os);
  const advisories = firstAdvisories(name, place.namespaces, database);
  if (advisories.length === 0) return NOTHING;
  const key = `${name}\0${version}\0${pkg.modularity ?? ''}`;
  const before = known.get(key);
  if (before) return before;
  const found = search(version, place.ecosystem.ofSameModule?.(pkg, advisories) ?? advisories, place.ecosystem);
  known.set(key, found);
  return found;
}

function search(version: string, advisories: readonly Advisory[], { versions: scheme }: Ecosystem): Found {
  const affecting: Found['affecting'][number][] = [];
  let undecided = 0;
  let reason = '';
  for (const advisory of advisories) {
    const verdict = affects(version, advisory, scheme);
    if (verdict.status === 'undecided') {
      undecided++;
      reason ||= `${advisory.id}: ${verdict.reason}`;
    }
    if (verdict.status !== 'affected') continue;
    const { fixedVersion } = verdict;
    affecting.push({ advisory, ...(fixedVersion === undefined ? {} : { fixedVersion }) });
  }
  return affecting.length === 0 && undecided === 0 ? NOTHING : { affecting, undecided, reason };
}

/** The first branch that has advisories for a package decides: another one's fixes carry other version numbers. */
function firstAdvisories(name: string, namespaces: readonly string[], database: AdvisoryDatabase): readonly Advisory[] {
  for (const namespace of namespaces) {
    const advisories = database.find(namespace, name);
    if (advisories.length > 0) return advisories;
  }
  return [];
}

/** The distribution's advisories speak for what it installed: it may have mended it without a new version. */
function suppress(
  detail: string,
  hits: readonly Hit[],
  factsOf: FactsOf,
  { descriptions }: Memory,
): readonly Suppressed[] {
  return mergeHits(hits, factsOf, descriptions).map((vulnerability) => ({
    vulnerability,
    reason: 'owned-by-system-package',
    detail,
  }));
}

const describeOwner = ({ ownedBy }: LocatedPackage) =>
  `installed by the ${ownedBy?.ecosystem} package ${ownedBy?.name}`;

function describeUndecided(pkg: LocatedPackage, { undecided, reason }: Found): CoverageGap {
  const others = undecided > 1 ? `, and ${undecided - 1} more advisories` : '';
  return { cause: 'version-undecided', subject: `${pkg.name} ${pkg.version} (${reason}${others})` };
}

function orNew(lists: Map<string, Hit[]>, key: string): Hit[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
