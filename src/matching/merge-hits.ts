import type { Advisory, VulnerabilityFacts } from '../model/advisory.ts';
import type { LocatedPackage } from '../model/package.ts';
import { type Severity, severities, worseSeverity } from '../model/severity.ts';
import type { AffectedPackage, Vulnerability } from '../model/vulnerability.ts';
import type { VersionScheme } from '../versions/version-scheme.ts';

/** An advisory that affects a package. */
export interface Hit {
  readonly advisory: Advisory;
  readonly package: LocatedPackage;
  readonly fixedVersion?: string;
  readonly scheme: VersionScheme;
}

/** What is known of a vulnerability by itself. */
export type FactsOf = (id: string) => VulnerabilityFacts | undefined;

const MAX_REFERENCES = 50;

/** A vulnerability without the packages that have it. */
type Description = Omit<Vulnerability, 'affected'>;

/** What was put together before of vulnerabilities that one advisory alone speaks of; with the same facts only. */
export type Descriptions = WeakMap<Advisory, Description>;

/** One vulnerability for each id, worst first, whatever number of advisories and packages speak of it. */
export function mergeHits(hits: readonly Hit[], factsOf: FactsOf, known: Descriptions): readonly Vulnerability[] {
  const byId = new Map<string, Hit[]>();
  for (const hit of hits) {
    for (const id of hit.advisory.vulnerabilityIds ?? [hit.advisory.vulnerabilityId]) {
      const same = byId.get(id);
      if (same) same.push(hit);
      else byId.set(id, [hit]);
    }
  }
  return [...byId]
    .map(([id, same]) => ({ ...describe(id, same, factsOf, known), affected: mergePackages(same) }))
    .sort(worstFirst);
}

function describe(id: string, hits: readonly Hit[], factsOf: FactsOf, known: Descriptions): Description {
  const advisory = hits[0]?.advisory;
  const isAlone = advisory && !advisory.vulnerabilityIds && hits.every((hit) => hit.advisory === advisory);
  if (!isAlone) return merge(id, hits, factsOf(id));
  const before = known.get(advisory);
  if (before) return before;
  const fresh = merge(id, hits, factsOf(id));
  known.set(advisory, fresh);
  return fresh;
}

function merge(id: string, hits: readonly Hit[], facts: VulnerabilityFacts | undefined): Description {
  const advisories = [...new Map(hits.map(({ advisory }) => [advisory.id, advisory])).values()].sort(richestFirst);
  const published = advisories.flatMap((each) => each.published ?? []).sort()[0];
  const modified = advisories
    .flatMap((each) => each.modified ?? [])
    .sort()
    .at(-1);
  const cvss = worstVector(advisories, facts);
  const epss = facts?.epss ?? advisories.find((each) => each.epss)?.epss;
  const exploitPublic = facts?.exploitPublic || advisories.some((each) => each.exploitPublic);
  return {
    id,
    aliases: namesOf(advisories, id),
    title: advisories.find((each) => each.title !== '')?.title ?? '',
    description: advisories.find((each) => each.description !== '')?.description ?? '',
    references: [...new Set(advisories.flatMap((each) => each.references))].slice(0, MAX_REFERENCES),
    ...(published === undefined ? {} : { published }),
    ...(modified === undefined ? {} : { modified }),
    severity: worstRating(advisories, facts),
    ...(cvss ? { cvss } : {}),
    exploited: facts?.exploited || advisories.some((each) => each.exploited),
    ...(exploitPublic ? { exploitPublic } : {}),
    ...(epss ? { epss } : {}),
  };
}

/** Other CVEs that an update mends are no other names of this one. */
function namesOf(advisories: readonly Advisory[], id: string): readonly string[] {
  const names = advisories.flatMap((each) => [each.id, ...(each.vulnerabilityIds ? [] : each.aliases)]);
  return [...new Set(names)].filter((name) => name !== id).sort();
}

/**
 * A distribution's own rating is already in its advisories' severity (src/advisories/), where it outweighs any CVSS vector;
 * between what different packages of the image say, the worst counts. How bad an update is as a whole counts where
 * nothing else is known.
 */
function worstRating(advisories: readonly Advisory[], facts: VulnerabilityFacts | undefined): Severity {
  const worst = (rated: readonly Advisory[]) =>
    rated.reduce<Severity>((severity, each) => worseSeverity(severity, each.severity), 'unknown');
  const own = worst(advisories.filter((each) => !each.ratedAsWhole));
  if (own !== 'unknown') return own;
  return facts?.severity ?? worst(advisories);
}

function worstVector(advisories: readonly Advisory[], facts: VulnerabilityFacts | undefined): Vulnerability['cvss'] {
  const worst = (rated: readonly Advisory[]) =>
    rated.flatMap((each) => each.cvss ?? []).sort((a, b) => b.score - a.score)[0];
  return worst(advisories.filter((each) => !each.vulnerabilityIds)) ?? facts?.cvss ?? worst(advisories);
}

/** One entry for each package; where advisories name different fixes, the highest: below it, one still says affected. */
function mergePackages(hits: readonly Hit[]): readonly AffectedPackage[] {
  const byPackage = new Map<LocatedPackage, Hit>();
  for (const hit of hits) {
    const best = byPackage.get(hit.package);
    if (!best || isBetterKnown(hit, best)) byPackage.set(hit.package, hit);
  }
  return [...byPackage.values()].map(({ advisory, package: pkg, fixedVersion }) => ({
    package: pkg,
    advisoryId: advisory.id,
    ...(fixedVersion === undefined ? {} : { fixedVersion }),
    ...(fixedVersion === undefined && advisory.status && advisory.status !== 'fixed'
      ? { status: advisory.status }
      : {}),
  }));
}

function isBetterKnown(hit: Hit, best: Hit): boolean {
  if (hit.fixedVersion === undefined) {
    return best.fixedVersion === undefined && !best.advisory.status && hit.advisory.status !== undefined;
  }
  return best.fixedVersion === undefined || hit.scheme.compare(hit.fixedVersion, best.fixedVersion) > 0;
}

/** Whose words to show: rated ones and titled ones first, then by id so that the order of look-up does not matter. */
function richestFirst(a: Advisory, b: Advisory): number {
  return richness(b) - richness(a) || (a.id < b.id ? -1 : 1);
}

/** What speaks of several vulnerabilities describes none of them well. */
const richness = (advisory: Advisory) =>
  (advisory.vulnerabilityIds ? 0 : 4) + (advisory.title === '' ? 0 : 2) + (advisory.cvss ? 1 : 0);

function worstFirst(a: Vulnerability, b: Vulnerability): number {
  return severities.indexOf(b.severity) - severities.indexOf(a.severity) || (a.id < b.id ? -1 : 1);
}
