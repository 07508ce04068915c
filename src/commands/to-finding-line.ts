import { type RiskPlace, riskBehaviors, riskPlaces } from '../model/risk.ts';
import type { MalwareLine, RiskLine } from '../reports/finding-lines.ts';
import type { RiskRow, VirusRow } from './api-answers.ts';
import type { FindingLine } from './finding-columns.ts';

/** A malicious file of a scan of our own. */
export function malwareToLine({ file, suppressedBy }: MalwareLine): FindingLine {
  return {
    severity: file.severity,
    name: file.name,
    engine: file.engine,
    where: file.path,
    what: file.description || file.category,
    shown: '',
    layer: file.layer ?? '',
    removed: file.removedBy !== undefined,
    fingerprint: file.sha256,
    ...(suppressedBy === undefined ? {} : { suppressedBy }),
  };
}

/** A secret or risky setting of a scan of our own. */
export function riskToLine({ risk, suppressedBy }: RiskLine): FindingLine {
  const { path, line } = risk;
  return {
    severity: risk.severity,
    name: risk.rule,
    engine: '',
    where: path === undefined ? placeWords[risk.place] : line === undefined ? path : `${path}:${line}`,
    what: risk.description,
    shown: risk.instruction,
    layer: risk.layer ?? '',
    removed: risk.removedBy !== undefined,
    fingerprint: risk.fingerprint ?? '',
    ...(suppressedBy === undefined ? {} : { suppressedBy }),
  };
}

/** Where it is, when it lies in no file. */
const placeWords: Readonly<Record<RiskPlace, string>> = {
  file: 'a file',
  environment: 'ENV',
  instruction: 'Dockerfile',
  label: 'LABEL',
  command: 'CMD, ENTRYPOINT',
};

/** `RiskLevel` and `Level` on the wire. */
const levelWords: Readonly<Record<string, string>> = { '4': 'critical', '3': 'high', '2': 'medium', '1': 'low' };

/** A malicious file as the API answers it. */
export const virusRowToLine = (row: VirusRow): FindingLine => ({
  severity: levelWords[row.RiskLevel] ?? 'unknown',
  name: row.VirusName,
  engine: '',
  where: row.Path,
  what: row.Desc || row.Category,
  shown: '',
  layer: '',
  removed: row.Tags.includes('removed-by-later-layer'),
  fingerprint: '',
});

/** A secret or risky setting as the API answers it: file and line stand in its description. */
export const riskRowToLine = (row: RiskRow): FindingLine => ({
  severity: levelWords[row.Level] ?? 'unknown',
  name: '',
  engine: '',
  where: placeWordOf(row.Type),
  what: row.Desc,
  shown: row.InstructionContent,
  layer: '',
  removed: false,
  fingerprint: '',
});

export const isSecretRow = ({ Behavior }: RiskRow): boolean => Behavior === riskBehaviors.secret.code;

function placeWordOf(code: number | null | undefined): string {
  const place = (Object.keys(riskPlaces) as RiskPlace[]).find((each) => riskPlaces[each].code === code);
  return place === undefined ? '-' : placeWords[place];
}
