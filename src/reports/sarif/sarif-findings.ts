import type { Digest } from '../../model/digest.ts';
import type { Severity } from '../../model/severity.ts';
import type { ScanReport } from '../../scan/scan-report.ts';
import { isSecret, type MalwareLine, malwareLines, type RiskLine, riskLines } from '../finding-lines.ts';
import { identityOfParts } from '../identity-of.ts';

/** Malware, a secret or a risky setting, in the words of SARIF. */
export interface SarifFinding {
  readonly type: 'malware' | 'secret' | 'setting';
  /** Id of its rule. */
  readonly id: string;
  readonly severity: Severity;
  readonly message: string;
  /** What the rule is about, whatever it was found in. */
  readonly about: string;
  /** Absent: the config of the image says it. */
  readonly path?: string;
  readonly line?: number;
  /** The same in every scan of the same thing at the same place. */
  readonly identity: string;
  /** By which rule of a team; absent: it counts. */
  readonly suppressedBy?: string;
  readonly properties: Readonly<Record<string, string | number>>;
}

/** In the order of the report: malware, then secrets and settings, each worst first. */
export const sarifFindings = (report: ScanReport): readonly SarifFinding[] => [
  ...malwareLines(report, true).map(toMalware),
  ...riskLines(report, true).map(toRisk),
];

function toMalware({ file, suppressedBy }: MalwareLine): SarifFinding {
  return {
    type: 'malware',
    id: file.name,
    severity: file.severity,
    message: sentences(
      `${file.path} is ${file.name} (${file.severity}), says ${file.engine}`,
      file.description,
      removal(file.removedBy),
      file.solution,
    ),
    about: file.description || file.category || file.name,
    path: file.path,
    identity: identityOfParts('malware', file.engine, file.name, file.path),
    ...(suppressedBy === undefined ? {} : { suppressedBy }),
    properties: {
      engine: file.engine,
      size: file.size,
      ...(file.sha256 === '' ? {} : { sha256: file.sha256 }),
      ...places(file),
    },
  };
}

function toRisk({ risk, suppressedBy }: RiskLine): SarifFinding {
  const { rule, path, line, fingerprint } = risk;
  const secret = isSecret(risk);
  return {
    type: secret ? 'secret' : 'setting',
    id: rule,
    severity: risk.severity,
    message: sentences(`${risk.description} (${rule}, ${risk.severity})`, risk.instruction),
    about: secret ? `A secret that the rule ${rule} recognises` : risk.description,
    ...(path === undefined ? {} : { path }),
    ...(line === undefined ? {} : { line }),
    // Lines move; a secret stays the same one, and so does an instruction.
    identity: identityOfParts(rule, path ?? '', fingerprint ?? (path === undefined ? risk.instruction : '')),
    ...(suppressedBy === undefined ? {} : { suppressedBy }),
    properties: { place: risk.place, ...(fingerprint === undefined ? {} : { fingerprint }), ...places(risk) },
  };
}

interface Placed {
  readonly layer?: Digest;
  readonly removedBy?: Digest;
}

const places = ({ layer, removedBy }: Placed): Readonly<Record<string, string>> => ({
  ...(layer ? { layer } : {}),
  ...(removedBy ? { removedBy } : {}),
});

const removal = (removedBy: Digest | undefined): string =>
  removedBy ? 'A later layer removes the file, but whoever pulls the image still gets it' : '';

const sentences = (...parts: readonly string[]): string =>
  parts
    .filter((part) => part !== '')
    .map((part) => (part.endsWith('.') ? part : `${part}.`))
    .join(' ');
