import type { Digest } from '../../model/digest.ts';
import type { Risk } from '../../model/risk.ts';
import type { SettingFinding } from '../../model/setting-finding.ts';
import type { Check } from './check.ts';
import { describeRisk } from './describe-risk.ts';
import type { FileCheck } from './file-check.ts';
import { fileChecks } from './file-checks/index.ts';
import { showLine } from './show-line.ts';

const MAX_ROWS = 100;
/** Files that a row which sums up shows. */
const MAX_SHOWN_FILES = 20;
const MAX_PATH = 160;
const checks: ReadonlyMap<string, FileCheck> = new Map(fileChecks.map((check) => [check.id, check]));

interface FoundSetting {
  readonly path: string;
  readonly finding: SettingFinding;
}

/**
 * The rows of one layer. Where a check finds more than it may have rows, the same thing in many files is one row that
 * says how many and shows the first twenty.
 */
export function toRisks(settings: readonly FoundSetting[], layer: Digest): readonly Risk[] {
  const byCheck = Map.groupBy(settings, ({ finding }) => finding.check);
  return [...byCheck].flatMap(([id, found]) => {
    if (found.length <= (checks.get(id)?.maxRows ?? MAX_ROWS)) {
      return found.map(({ path, finding }) => toRisk(finding, path, layer));
    }
    const alike = Map.groupBy(found, ({ finding }) => `${finding.severity} ${finding.detail}`);
    return [...alike.values()].flatMap((same) => sumUp(same, layer));
  });
}

/** One setting of one file. */
export function toRisk(finding: SettingFinding, path: string, layer: Digest): Risk {
  const check = checkOf(finding);
  const where = `${finding.detail}: /${showLine(path, MAX_PATH)}`;
  return {
    rule: check.id,
    behavior: check.behavior,
    place: 'file',
    severity: finding.severity ?? check.severity,
    description: describeRisk(check, finding.line === undefined ? where : `${where}, line ${finding.line}`),
    instruction: finding.shown,
    path,
    ...(finding.line === undefined ? {} : { line: finding.line }),
    layer,
  };
}

function sumUp(found: readonly FoundSetting[], layer: Digest): readonly Risk[] {
  const [first] = found;
  if (first === undefined) return [];
  const risk = toRisk(first.finding, first.path, layer);
  if (found.length === 1) return [risk];
  const check = checkOf(first.finding);
  const shown = found.slice(0, MAX_SHOWN_FILES).map(({ finding }) => finding.shown);
  const more = found.length - shown.length;
  const instruction = [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
  return [{ ...risk, description: describeRisk(check, `${first.finding.detail}: ${found.length} files`), instruction }];
}

/** A report may be older than this version, and a check of it gone. */
function checkOf({ check, severity }: SettingFinding): Check {
  const known = checks.get(check);
  return (
    known ?? {
      id: check,
      title: `A risky setting that the check ${check} of another version found`,
      severity: severity ?? 'unknown',
      behavior: 'permission',
      solution: 'Scan the image again',
    }
  );
}
