import type { AdvisoryDiff, PackageDiff } from '../advisories/diff-advisories.ts';
import type { Ecosystem } from '../ecosystems/ecosystem.ts';
import type { OperatingSystem } from '../model/inventory.ts';
import type { ChangeReason, FindingChange } from '../model/match-change.ts';
import { namespacesOf } from './find-affected-artifacts.ts';

/** Why a vulnerability of an image with this system appeared or went, from what the advisories say otherwise. */
export function changeReason(
  change: FindingChange,
  diff: AdvisoryDiff,
  os: OperatingSystem | undefined,
  ecosystems: readonly Ecosystem[],
): ChangeReason {
  const facts = change.after ?? change.before;
  const reasons = (facts?.affected ?? []).flatMap(({ package: pkg, advisoryId }): readonly ChangeReason[] => {
    const namespaces = namespacesOf(pkg.ecosystem, ecosystems, os);
    if (namespaces.some((namespace) => diff.coverage.has(namespace))) return ['coverage-changed'];
    const name = ecosystems.find((each) => each.name === pkg.ecosystem)?.lookup(pkg, os).name ?? pkg.name;
    return namespaces.flatMap((namespace) => {
      const packageDiff = diff.packages.get(namespace)?.get(name);
      return packageDiff ? [reasonIn(packageDiff, advisoryId, change)] : [];
    });
  });
  // What is said outright goes before what merely changed.
  return reasons.find((reason) => reason !== 'advisory-changed') ?? reasons[0] ?? 'advisories-changed';
}

function reasonIn({ added, removed }: PackageDiff, advisoryId: string, { after }: FindingChange): ChangeReason {
  if (after) return added.has(advisoryId) ? 'advisory-new' : 'advisory-changed';
  return removed.has(advisoryId) ? 'advisory-withdrawn' : 'advisory-changed';
}
