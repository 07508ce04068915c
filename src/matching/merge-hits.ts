import type { Advisory } from '../model/advisory.ts';
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

const MAX_REFERENCES = 50;

/** One vulnerability for each id, worst first, whatever number of advisories and packages speak of it. */
export function mergeHits(hits: readonly Hit[]): readonly Vulnerability[] {
  const byId = new Map<string, Hit[]>();
  for (const hit of hits) {
    const same = byId.get(hit.advisory.vulnerabilityId);
    if (same) same.push(hit);
    else byId.set(hit.advisory.vulnerabilityId, [hit]);
  }
  return [...byId].map(([id, same]) => merge(id, same)).sort(worstFirst);
}

/**
 * A distribution's own rating is already in its advisories' severity (compile.ts), where it outweighs any CVSS vector;
 * between what different packages of the image say, the worst counts.
 */
function merge(id: string, hits: readonly Hit[]): Vulnerability {
  const advisories = [...new Map(hits.map(({ advisory }) => [advisory.id, advisory])).values()].sort(richestFirst);
  const severity = advisories.reduce<Severity>((worst, each) => worseSeverity(worst, each.severity), 'unknown');
  const names = advisories.flatMap((each) => [each.id, ...each.aliases]);
  const cvss = advisories.flatMap((each) => each.cvss ?? []).sort((a, b) => b.score - a.score)[0];
  const published = advisories.flatMap((each) => each.published ?? []).sort()[0];
  const modified = advisories
    .flatMap((each) => each.modified ?? [])
    .sort()
    .at(-1);
  return {
    id,
    aliases: [...new Set(names)].filter((name) => name !== id).sort(),
    title: advisories.find((each) => each.title !== '')?.title ?? '',
    description: advisories.find((each) => each.description !== '')?.description ?? '',
    references: [...new Set(advisories.flatMap((each) => each.references))].slice(0, MAX_REFERENCES),
    ...(published === undefined ? {} : { published }),
    ...(modified === undefined ? {} : { modified }),
    severity,
    ...(cvss ? { cvss } : {}),
    exploited: advisories.some((each) => each.exploited),
    affected: mergePackages(hits),
  };
}

/** One entry for each package; where advisories name different fixes, the highest: below it, one still says affected. */
function mergePackages(hits: readonly Hit[]): readonly AffectedPackage[] {
  const byPackage = new Map<LocatedPackage, Hit>();
  for (const hit of hits) {
    const best = byPackage.get(hit.package);
    if (!best || isHigherFix(hit, best)) byPackage.set(hit.package, hit);
  }
  return [...byPackage.values()].map(({ advisory, package: pkg, fixedVersion }) => ({
    package: pkg,
    advisoryId: advisory.id,
    ...(fixedVersion === undefined ? {} : { fixedVersion }),
  }));
}

function isHigherFix(hit: Hit, best: Hit): boolean {
  if (hit.fixedVersion === undefined) return false;
  return best.fixedVersion === undefined || hit.scheme.compare(hit.fixedVersion, best.fixedVersion) > 0;
}

/** Whose words to show: rated ones and titled ones first, then by id so that the order of look-up does not matter. */
function richestFirst(a: Advisory, b: Advisory): number {
  return richness(b) - richness(a) || (a.id < b.id ? -1 : 1);
}

const richness = (advisory: Advisory) => (advisory.title === '' ? 0 : 2) + (advisory.cvss ? 1 : 0);

function worstFirst(a: Vulnerability, b: Vulnerability): number {
  return severities.indexOf(b.severity) - severities.indexOf(a.severity) || (a.id < b.id ? -1 : 1);
}
