import { type RiskPlace, riskPlaces } from '../model/risk.ts';
import type { MalwareLine, RiskLine } from '../reports/finding-lines.ts';
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

/** The same from its code on the wire. */
export function placeWordOf(code: number): string {
  const place = (Object.keys(riskPlaces) as RiskPlace[]).find((each) => riskPlaces[each].code === code);
  return place === undefined ? '-' : placeWords[place];
}
