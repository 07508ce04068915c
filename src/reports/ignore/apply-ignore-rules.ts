import { purlOf } from '../../ecosystems/purl.ts';
import type { OperatingSystem } from '../../model/inventory.ts';
import type { LocatedPackage } from '../../model/package.ts';
import type { Vulnerability } from '../../model/vulnerability.ts';
import type { ScanReport } from '../../scan/scan-report.ts';
import { suppress } from '../suppress.ts';
import type { IgnoreRule } from './ignore-rule.ts';
import { matchesGlob } from './matches-glob.ts';

/** Leaves out what the rules ignore; `now` decides which still hold. `source` names their file in details. */
export function applyIgnoreRules<Report extends ScanReport>(
  report: Report,
  rules: readonly IgnoreRule[],
  source: string,
  now: Date,
): Report {
  const holding = rules.filter((rule) => !hasExpired(rule, now));
  if (holding.length === 0) return report;
  const byId = Map.groupBy(holding, ({ id }) => id);
  const { os } = report.inventory;
  return suppress(report, 'ignored', (found, { package: pkg }) => {
    const rule = candidates(found, byId).find((each) => concerns(each, pkg, os));
    return rule && `${source}:${rule.line}${rule.reason ? `: ${rule.reason}` : ''}`;
  });
}

/** Whether the last day of a rule is over, everywhere on earth's calendar of UTC. */
export function hasExpired({ until }: IgnoreRule, now: Date): boolean {
  return until !== undefined && now.toISOString().slice(0, 10) > until;
}

function candidates(
  { id, aliases }: Vulnerability,
  byId: ReadonlyMap<string, readonly IgnoreRule[]>,
): readonly IgnoreRule[] {
  return [id, ...aliases, '*'].flatMap((each) => byId.get(each.toUpperCase()) ?? []);
}

function concerns(rule: IgnoreRule, pkg: LocatedPackage, os: OperatingSystem | undefined): boolean {
  if (rule.package !== undefined && !isNamed(rule.package, pkg, os)) return false;
  return rule.path === undefined || matchesGlob(pkg.path, rule.path);
}

function isNamed(name: string, pkg: LocatedPackage, os: OperatingSystem | undefined): boolean {
  if (!name.startsWith('pkg:')) return name === pkg.name || name === pkg.source?.name;
  const [purl = ''] = (purlOf(pkg, os) ?? '').split(/[?#]/, 1);
  // Without a version it means every one: the last `@` that no folder follows begins it.
  return purl === name || purl.slice(0, purl.lastIndexOf('@')) === name;
}
