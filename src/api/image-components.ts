import type { Image } from '../model/image.ts';
import type { LocatedPackage } from '../model/package.ts';
import type { Severity } from '../model/severity.ts';
import type { ComponentCondition, ComponentQuery } from '../store/export-query.ts';
import type { Store, StoredVulnerability } from '../store/store.ts';
import { readPages } from './read-pages.ts';

/** A package of an image with what is known against it. */
export interface ImageComponent {
  readonly package: LocatedPackage;
  /** undefined: not known, which is more than a zero. */
  readonly vulnerabilities: number | undefined;
  readonly severities: ReadonlySet<Severity>;
}

/** All packages of an image in the order of the inventory; undefined when nobody knows which it holds. */
export async function readComponents(store: Store, image: Image): Promise<readonly ImageComponent[] | undefined> {
  const inventory = await store.inventories.get(image.artifactId);
  if (!inventory || image.summary.packages === undefined) return undefined;
  const found = await countByPackage(store, image.artifactId);
  const { vulnerabilities, vulnerability } = image.summary;
  // Where something could not be decided, a package without findings may be the one.
  const complete = vulnerabilities !== undefined && vulnerability.cause === undefined;
  return inventory.packages.map((located) => {
    const against = found.get(keyOf(located));
    return {
      package: located,
      vulnerabilities: against?.count ?? (complete ? 0 : undefined),
      severities: against?.severities ?? new Set<Severity>(),
    };
  });
}

interface Against {
  count: number;
  readonly severities: Set<Severity>;
}

async function countByPackage(store: Store, artifactId: number): Promise<ReadonlyMap<string, Against>> {
  const counts = new Map<string, Against>();
  const numbers = await store.findings.numbers(artifactId, {
    conditions: [],
    offset: 0,
    limit: Number.MAX_SAFE_INTEGER,
  });
  const pages = readPages(
    numbers,
    (page) => store.findings.byNumbers(artifactId, page),
    (found) => found,
  );
  for await (const page of pages) for (const found of page) countOne(counts, found);
  return counts;
}

function countOne(counts: Map<string, Against>, { affected, severity }: StoredVulnerability): void {
  for (const key of new Set(affected.map((each) => keyOf(each.package)))) {
    const against = counts.get(key) ?? { count: 0, severities: new Set<Severity>() };
    against.count++;
    against.severities.add(severity);
    counts.set(key, against);
  }
}

const keyOf = ({ ecosystem, name, version, path }: LocatedPackage) => JSON.stringify([ecosystem, name, version, path]);

/** Filters and sorts; neither offset nor limit is applied. An unknown number of vulnerabilities sorts below zero. */
export function selectComponents(
  components: readonly ImageComponent[],
  query: Omit<ComponentQuery, 'offset' | 'limit'>,
): readonly ImageComponent[] {
  const selected = components.filter((component) => query.conditions.every((each) => fulfils(component, each)));
  const sign = query.sort.direction === 'asc' ? 1 : -1;
  if (query.sort.key === 'vulnerabilities')
    return selected.toSorted((a, b) => sign * ((a.vulnerabilities ?? -1) - (b.vulnerabilities ?? -1)));
  return selected.toSorted((a, b) => sign * compareTexts(a.package.name, b.package.name));
}

function fulfils(
  component: ImageComponent,
  { names, versions, ecosystems, severities, vulnerable }: ComponentCondition,
): boolean {
  const { package: located, vulnerabilities } = component;
  if (names && !matches(located.name, names)) return false;
  if (versions && !matches(located.version, versions)) return false;
  if (ecosystems && !ecosystems.includes(located.ecosystem)) return false;
  if (severities && !severities.some((severity) => component.severities.has(severity))) return false;
  // "Without vulnerabilities" is said of what is known only.
  if (vulnerable !== undefined && vulnerabilities === undefined) return false;
  return vulnerable === undefined || (vulnerabilities !== 0) === vulnerable;
}

function matches(text: string, { match, values }: NonNullable<ComponentCondition['names']>): boolean {
  if (match === 'equals') return values.includes(text);
  const lower = text.toLowerCase();
  return values.some((value) => lower.includes(value.toLowerCase()));
}

const compareTexts = (a: string, b: string) => Number(a > b) - Number(a < b);
