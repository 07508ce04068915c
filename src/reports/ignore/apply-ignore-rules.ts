import { purlOf } from '../../ecosystems/purl.ts';
import type { OperatingSystem } from '../../model/inventory.ts';
import { matchesGlob } from '../../model/matches-glob.ts';
import type { LocatedPackage } from '../../model/package.ts';
import type { Vulnerability } from '../../model/vulnerability.ts';
import type { MalwareResult, RiskResult, ScanReport } from '../../scan/scan-report.ts';
import { suppress } from '../suppress.ts';
import type { IgnorableKind, IgnoreRule } from './ignore-rule.ts';

/** The rule that leaves something out, as its detail; undefined where none does. */
type DetailOf = (
  kind: IgnorableKind,
  ids: readonly string[],
  concerns: (rule: IgnoreRule) => boolean,
) => string | undefined;

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
  const detailOf: DetailOf = (kind, ids, concerns) => {
    const rule = [...ids, '*']
      .flatMap((id) => byId.get(id.toUpperCase()) ?? [])
      .find((each) => isAbout(each, kind) && concerns(each));
    return rule && `${source}:${rule.line}${rule.reason ? `: ${rule.reason}` : ''}`;
  };
  const { os } = report.inventory;
  const ruled = suppress(report, 'ignored', (found, { package: pkg }) =>
    detailOf('vulnerability', idsOf(found), (rule) => concernsPackage(rule, pkg, os)),
  );
  return {
    ...ruled,
    ...(report.risk ? { risk: ignoreRisks(report.risk, detailOf) } : {}),
    ...(report.malware ? { malware: ignoreMalware(report.malware, detailOf) } : {}),
  };
}

/** Whether the last day of a rule is over, everywhere on earth's calendar of UTC. */
export function hasExpired({ until }: IgnoreRule, now: Date): boolean {
  return until !== undefined && now.toISOString().slice(0, 10) > until;
}

/** Rules for every id were there before there was anything but vulnerabilities: they must not begin to hide malware. */
function isAbout({ id, kind, package: pkg, fingerprint }: IgnoreRule, wanted: IgnorableKind): boolean {
  if (pkg !== undefined && wanted !== 'vulnerability') return false;
  if (fingerprint !== undefined && wanted !== 'secret') return false;
  if (kind !== undefined) return kind === wanted;
  return id !== '*' || wanted === 'vulnerability' || fingerprint !== undefined;
}

const idsOf = ({ id, aliases }: Vulnerability): readonly string[] => [id, ...aliases];

function concernsPackage(rule: IgnoreRule, pkg: LocatedPackage, os: OperatingSystem | undefined): boolean {
  if (rule.package !== undefined && !isNamed(rule.package, pkg, os)) return false;
  return liesBelow(pkg.path, rule);
}

const liesBelow = (path: string | undefined, rule: IgnoreRule): boolean =>
  rule.path === undefined || (path !== undefined && matchesGlob(path, rule.path));

function isNamed(name: string, pkg: LocatedPackage, os: OperatingSystem | undefined): boolean {
  if (!name.startsWith('pkg:')) return name === pkg.name || name === pkg.source?.name;
  const [purl = ''] = (purlOf(pkg, os) ?? '').split(/[?#]/, 1);
  // Without a version it means every one: the last `@` that no folder follows begins it.
  return purl === name || purl.slice(0, purl.lastIndexOf('@')) === name;
}

function ignoreRisks(result: RiskResult, detailOf: DetailOf): RiskResult {
  const [risks, ignored] = divide(result.risks, ({ behavior, rule: id, path, fingerprint }) =>
    detailOf(
      behavior === 'secret' ? 'secret' : 'setting',
      [id],
      (rule) => liesBelow(path, rule) && (rule.fingerprint === undefined || rule.fingerprint === fingerprint),
    ),
  );
  if (ignored.length === 0) return result;
  const suppressed = ignored.map(({ each, detail }) => ({ risk: each, detail }));
  return { ...result, risks, suppressed: [...(result.suppressed ?? []), ...suppressed] };
}

function ignoreMalware(result: MalwareResult, detailOf: DetailOf): MalwareResult {
  const [files, ignored] = divide(result.files, ({ name, path }) =>
    detailOf('malware', [name], (rule) => liesBelow(path, rule)),
  );
  if (ignored.length === 0) return result;
  const suppressed = ignored.map(({ each, detail }) => ({ file: each, detail }));
  return { ...result, files, suppressed: [...(result.suppressed ?? []), ...suppressed] };
}

/** What counts, and what is left out with its detail; both in their order. */
function divide<Each>(
  all: readonly Each[],
  detailOf: (each: Each) => string | undefined,
): readonly [counted: readonly Each[], leftOut: readonly { readonly each: Each; readonly detail: string }[]] {
  const judged = all.map((each) => ({ each, detail: detailOf(each) }));
  return [
    judged.flatMap(({ each, detail }) => (detail === undefined ? [each] : [])),
    judged.flatMap(({ each, detail }) => (detail === undefined ? [] : [{ each, detail }])),
  ];
}
