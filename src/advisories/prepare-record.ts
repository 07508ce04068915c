import type { Ecosystem } from '../ecosystems/ecosystem.ts';
import { severities } from '../model/severity.ts';
import {
  type Rating,
  ratingOrigins,
  type SourceAdvisory,
  type SourcePackage,
  type SourceRecord,
} from './advisory-source.ts';
import { shortHash } from './fingerprints.ts';
import type { SaidOfPackage } from './package-entries.ts';

/** A record as compile-tables.ts keeps it: texts and numbers, which are cheap to hand from thread to thread. */
export type PreparedRecord =
  | Exclude<SourceRecord, { readonly kind: 'advisory' }>
  | { readonly kind: 'advisory'; readonly advisory: PreparedAdvisory };

/** The fields of the table `advisory` and, by `packages`, of `staged`. */
export interface PreparedAdvisory {
  readonly id: string;
  readonly vulnerabilityId: string;
  /** JSON, when it names several. */
  readonly named: string | null;
  readonly title: string;
  readonly description: string;
  /** JSON. */
  readonly aliases: string;
  /** JSON. */
  readonly references: string;
  readonly published: string | null;
  readonly modified: string | null;
  /** 8 bytes. */
  readonly sum: Uint8Array;
  /** Other databases' names of the one vulnerability that it is about. */
  readonly otherNames: readonly string[];
  readonly exploitPublic: boolean;
  readonly packages: readonly PreparedPackage[];
  /** The worst CVSS vector, where it is certainly that of the one vulnerability. */
  readonly worst?: { readonly score: number; readonly vector: string; readonly severity: number };
}

export interface PreparedPackage {
  readonly namespace: string;
  readonly name: string;
  /** Index in `severities`. */
  readonly severity: number;
  /** Index in `ratingOrigins`. */
  readonly origin: number;
  /** SaidOfPackage as JSON, without its first bracket: what stands before it is known in the end (package-entries.ts). */
  readonly entry: string;
}

/** Brings records into the form that is stored. */
export function createPreparation(ecosystems: readonly Ecosystem[]): (record: SourceRecord) => PreparedRecord {
  const placeOf = createPlaces(ecosystems);
  return (record) =>
    record.kind === 'advisory' ? { kind: 'advisory', advisory: prepare(record.advisory, placeOf) } : record;
}

function prepare(advisory: SourceAdvisory, placeOf: (namespace: string) => Place): PreparedAdvisory {
  const { id, vulnerabilityId, vulnerabilityIds, title, description, published, modified } = advisory;
  const [aliases, references] = [JSON.stringify(advisory.aliases), JSON.stringify(advisory.references)];
  const packages = [...mergePackages(advisory.packages, placeOf)];
  const named = vulnerabilityIds.length > 1 ? JSON.stringify(vulnerabilityIds) : null;
  const worst = vulnerabilityIds.length === 1 ? worstVector(packages) : undefined;
  return {
    id,
    vulnerabilityId,
    named,
    title,
    description,
    aliases,
    references,
    published: published ?? null,
    modified: modified ?? null,
    sum: shortHash([id, title, description, aliases, references, published].join('\0')),
    otherNames: named === null ? advisory.aliases.filter((alias) => !isCve(alias)) : [],
    exploitPublic: advisory.exploitPublic,
    packages: packages.map(toStaged),
    ...(worst ? { worst } : {}),
  };
}

function worstVector(packages: readonly SourcePackage[]): PreparedAdvisory['worst'] {
  let worst: PreparedAdvisory['worst'];
  for (const { rating } of packages) {
    const { cvss, origin, severity } = rating;
    if (!cvss || origin !== 'cvss' || (worst && cvss.score <= worst.score)) continue;
    worst = { ...cvss, severity: severities.indexOf(severity) };
  }
  return worst;
}

function toStaged(each: SourcePackage): PreparedPackage {
  return {
    namespace: each.namespace,
    name: each.name,
    severity: severities.indexOf(each.rating.severity),
    origin: ratingOrigins.indexOf(each.rating.origin),
    entry: JSON.stringify(toEntry(each)).slice(1),
  };
}

const isCve = (id: string) => id.startsWith('CVE-');

function toEntry({ ranges, versions, rating, module, status }: SourcePackage): SaidOfPackage {
  const { cvss } = rating;
  if (module !== undefined || status !== undefined) {
    return [ranges, versions, cvss?.score ?? null, cvss?.vector ?? null, module ?? null, status ?? null];
  }
  return cvss ? [ranges, versions, cvss.score, cvss.vector] : [ranges, versions];
}

interface Place {
  readonly namespace: string;
  readonly ecosystem: Ecosystem | undefined;
}

/** Where the packages of a feed's namespace are kept, and by whose rules their names are spelt. */
function createPlaces(ecosystems: readonly Ecosystem[]): (namespace: string) => Place {
  const known = new Map<string, Place>();
  return (namespace) => {
    const found = known.get(namespace);
    if (found) return found;
    const kept = ecosystems.map((each) => each.fileUnder?.(namespace)).find((each) => each !== undefined);
    const ecosystem = ecosystems.find((each) => each.namespaces(undefined).includes(namespace));
    const place = { namespace: kept ?? namespace, ecosystem };
    if (known.size < MAX_PLACES) known.set(namespace, place);
    return place;
  };
}

const MAX_PLACES = 10_000;

/** As the look-up will spell it; names of distributions are always spelt alike. */
function normalise(name: string, ecosystem: Ecosystem | undefined): string {
  return ecosystem ? ecosystem.lookup({ ecosystem: ecosystem.name, name, version: '' }).name : name;
}

/** One entry for each package and module: a record may list one several times, for several branches. */
function mergePackages(
  packages: readonly SourcePackage[],
  placeOf: (namespace: string) => Place,
): Iterable<SourcePackage> {
  const merged = new Map<string, SourcePackage>();
  for (const each of packages) {
    const { namespace, ecosystem } = placeOf(each.namespace);
    const name = normalise(each.name, ecosystem);
    const key = `${namespace}\0${name}\0${each.module}`;
    const before = merged.get(key);
    if (!before) {
      merged.set(key, { ...each, namespace, name });
      continue;
    }
    const { status = before.status } = each;
    merged.set(key, {
      ...before,
      ranges: addRanges(before.ranges, each.ranges),
      versions: each.versions.length === 0 ? before.versions : [...before.versions, ...each.versions],
      rating: worseRating(before.rating, each.rating),
      ...(status === undefined ? {} : { status }),
    });
  }
  return merged.values();
}

/** AlmaLinux lists a package once for every architecture, in the same words. */
function addRanges(before: SourcePackage['ranges'], more: SourcePackage['ranges']): SourcePackage['ranges'] {
  const known = new Set(before.map((range) => JSON.stringify(range)));
  const added = more.filter((range) => !known.has(JSON.stringify(range)));
  return added.length === 0 ? before : [...before, ...added];
}

function worseRating(a: Rating, b: Rating): Rating {
  const byOrigin = ratingOrigins.indexOf(a.origin) - ratingOrigins.indexOf(b.origin);
  const bySeverity = severities.indexOf(a.severity) - severities.indexOf(b.severity);
  return (byOrigin || bySeverity) >= 0 ? a : b;
}
