import type { AdvisoryDiff } from '../advisories/diff-advisories.ts';
import type { Ecosystem } from '../ecosystems/ecosystem.ts';
import type { OperatingSystem } from '../model/inventory.ts';
import type { MatchStore, PackageName } from '../store/matches.ts';

/**
 * Artifacts matched with `key` whose result may be another one after this change of the advisories: those that hold a package
 * which the change is about, in a namespace that is looked up for their system.
 */
export async function findAffectedArtifacts(
  matches: MatchStore,
  ecosystems: readonly Ecosystem[],
  diff: AdvisoryDiff,
  key: string,
): Promise<ReadonlySet<number>> {
  const concerned = new Map<string, { readonly name: PackageName; readonly namespaces: ReadonlySet<string> }>();
  for (const name of await matches.packageNames()) {
    const namespaces = changedNamespaces(name, ecosystems, diff);
    if (namespaces.size > 0) concerned.set(keyOf(name), { name, namespaces });
  }
  if (concerned.size === 0) return new Set();
  const [holders, systems] = await Promise.all([
    matches.holders(
      [...concerned.values()].map(({ name }) => name),
      key,
    ),
    matches.systems(key),
  ]);
  const affected = new Set<number>();
  for (const holder of holders) {
    const namespaces = concerned.get(keyOf(holder))?.namespaces;
    const wanted = namespacesOf(holder.ecosystem, ecosystems, systems.get(holder.artifactId));
    if (namespaces && wanted.some((namespace) => namespaces.has(namespace))) affected.add(holder.artifactId);
  }
  return affected;
}

/** Where something is said otherwise about packages of this name, whatever system they are on. */
function changedNamespaces(
  { ecosystem, name, sourceName }: PackageName,
  ecosystems: readonly Ecosystem[],
  { packages, coverage }: AdvisoryDiff,
): ReadonlySet<string> {
  const found = ecosystems.find((each) => each.name === ecosystem);
  if (!found) return new Set();
  const source = sourceName === '' ? {} : { source: { name: sourceName, version: '' } };
  // Which of them is looked up may depend on the system: rather one image too many than one too few.
  const wanted = [found.lookup({ ecosystem, name, version: '', ...source }).name, name, sourceName];
  const changed = [...packages].flatMap(([namespace, names]) =>
    wanted.some((each) => names.has(each)) ? [namespace] : [],
  );
  return new Set([...changed, ...coverage]);
}

/** As matching asks for them. */
export function namespacesOf(
  ecosystem: string,
  ecosystems: readonly Ecosystem[],
  os: OperatingSystem | undefined,
): readonly string[] {
  return ecosystems.find(({ name }) => name === ecosystem)?.namespaces(os) ?? [];
}

const keyOf = ({ ecosystem, name, sourceName }: PackageName) => `${ecosystem}\0${name}\0${sourceName}`;
