import type { Ecosystem } from '../ecosystems/ecosystem.ts';
import type { Advisory, AdvisoryDatabase } from '../model/advisory.ts';
import type { Inventory } from '../model/inventory.ts';
import type { LocatedPackage } from '../model/package.ts';
import { affects, type Verdict } from './affects.ts';

/** What the advisories about one vulnerability say of one package of an image. */
export interface PackageVerdict {
  readonly package: LocatedPackage;
  /** Where it was looked up, and as what. */
  readonly namespace: string;
  readonly lookup: { readonly name: string; readonly version: string };
  readonly advisory: Advisory;
  readonly verdict: Verdict;
  /** For people: the events of the ranges, `>= 0, < 1.2`. */
  readonly ranges: string;
}

/** Where the packages of one ecosystem of an image are looked up. */
export interface EcosystemScope {
  readonly ecosystem: string;
  readonly packages: number;
  readonly namespaces: readonly { readonly name: string; readonly covered: boolean }[];
}

/**
 * Every package of an image that an advisory about this vulnerability is filed for, affected or not. Heeds what matching
 * does: the first namespace that knows a package decides, and packages of modules ask their own stream. Pure.
 */
export function explainVulnerability(
  inventory: Inventory,
  database: AdvisoryDatabase,
  ecosystems: readonly Ecosystem[],
  id: string,
): readonly PackageVerdict[] {
  const asked = new Map<string, readonly Advisory[]>();
  const find = (namespace: string, name: string) => {
    const key = `${namespace}\0${name}`;
    const found = asked.get(key) ?? database.find(namespace, name);
    asked.set(key, found);
    return found;
  };
  return inventory.packages.flatMap((pkg) => {
    const ecosystem = ecosystems.find(({ name }) => name === pkg.ecosystem);
    if (!ecosystem) return [];
    const lookup = ecosystem.lookup(pkg, inventory.os);
    const namespace = ecosystem.namespaces(inventory.os).find((each) => find(each, lookup.name).length > 0);
    if (namespace === undefined) return [];
    const filed = find(namespace, lookup.name);
    const advisories = ecosystem.ofSameModule?.(pkg, filed) ?? filed;
    return advisories
      .filter((advisory) => isAbout(advisory, id))
      .map((advisory) => ({
        package: pkg,
        namespace,
        lookup,
        advisory,
        verdict: affects(lookup.version, advisory, ecosystem.versions),
        ranges: describeRanges(advisory),
      }));
  });
}

/** Where each ecosystem of an image is looked up, and whether there is anything; most packages first. */
export function explainScope(
  inventory: Inventory,
  database: AdvisoryDatabase,
  ecosystems: readonly Ecosystem[],
): readonly EcosystemScope[] {
  const counts = Map.groupBy(inventory.packages, (pkg) => pkg.ecosystem);
  return [...counts]
    .map(([ecosystem, packages]) => ({
      ecosystem,
      packages: packages.length,
      namespaces: (ecosystems.find(({ name }) => name === ecosystem)?.namespaces(inventory.os) ?? []).map((name) => ({
        name,
        covered: database.covers(name),
      })),
    }))
    .sort((a, b) => b.packages - a.packages || (a.ecosystem < b.ecosystem ? -1 : 1));
}

function isAbout({ id, vulnerabilityId, vulnerabilityIds = [], aliases }: Advisory, wanted: string): boolean {
  return [id, vulnerabilityId, ...vulnerabilityIds, ...aliases].includes(wanted);
}

const VERSIONS_SHOWN = 5;

/** `>= 0, < 1.2 or = 2.0`. */
export function describeRanges({ ranges, versions }: Pick<Advisory, 'ranges' | 'versions'>): string {
  const parts = ranges.map(({ events }) =>
    events
      .map((event) => {
        if ('introduced' in event) return `>= ${event.introduced}`;
        return 'fixed' in event ? `< ${event.fixed}` : `<= ${event.lastAffected}`;
      })
      .join(', '),
  );
  const more = versions.length > VERSIONS_SHOWN ? ` and ${versions.length - VERSIONS_SHOWN} more` : '';
  const listed = versions.length > 0 ? [`= ${versions.slice(0, VERSIONS_SHOWN).join(', ')}${more}`] : [];
  return [...parts, ...(parts.length > 0 && versions.length > VERSIONS_SHOWN ? [] : listed)].join(' or ');
}
