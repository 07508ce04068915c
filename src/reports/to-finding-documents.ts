import type { EngineFailure, MalwareEngine, MalwareFile } from '../model/malware-file.ts';
import type { Risk } from '../model/risk.ts';
import type { MalwareResult, RiskResult, ScanReport } from '../scan/scan-report.ts';
import { isSecret } from './finding-lines.ts';
import { kindCoverage } from './kind-coverage.ts';
import type { ReportDocument } from './report-document.ts';

type MalwareDocument = NonNullable<ReportDocument['malware']>;
type RiskDocument = NonNullable<ReportDocument['risk']>;

/** The published form of malware; fields stand in the order of the schema. */
export function toMalwareDocument(report: ScanReport, malware: MalwareResult): MalwareDocument {
  const coverage = kindCoverage(report, 'malware') ?? 'unknown';
  return {
    coverage,
    count: coverage === 'unknown' ? null : malware.files.length,
    files: malware.files.map(toFile),
    suppressed: (malware.suppressed ?? []).map(({ detail, file }) => ({ detail, file: toFile(file) })),
    engines: malware.engines.map(toEngine),
    failures: malware.failures.map(toFailure),
    warnings: malware.warnings.map(toFailure),
  };
}

/** The published form of secrets and risky settings. */
export function toRiskDocument(report: ScanReport, risk: RiskResult): RiskDocument {
  const coverage = kindCoverage(report, 'risk') ?? 'unknown';
  const secrets = risk.risks.filter(isSecret);
  const settings = risk.risks.filter((each) => !isSecret(each));
  return {
    coverage,
    counts: coverage === 'unknown' ? null : { secrets: secrets.length, settings: settings.length },
    secrets: secrets.map(toRisk),
    settings: settings.map(toRisk),
    suppressed: (risk.suppressed ?? []).map(({ detail, risk: each }) => ({ detail, risk: toRisk(each) })),
    gaps: risk.gaps.map(({ cause, subject }) => ({ cause, subject })),
  };
}

const toFile = (file: MalwareFile): MalwareDocument['files'][0] => ({
  name: file.name,
  severity: file.severity,
  category: file.category,
  engine: file.engine,
  path: file.path,
  ...(file.layer ? { layer: file.layer } : {}),
  ...(file.removedBy ? { removedBy: file.removedBy } : {}),
  fileType: file.fileType,
  size: file.size,
  md5: file.md5,
  sha256: file.sha256,
  tags: [...file.tags],
  description: file.description,
  solution: file.solution,
});

const toRisk = (risk: Risk): RiskDocument['secrets'][0] => ({
  rule: risk.rule,
  severity: risk.severity,
  behavior: risk.behavior,
  place: risk.place,
  description: risk.description,
  instruction: risk.instruction,
  ...(risk.path === undefined ? {} : { path: risk.path }),
  ...(risk.line === undefined ? {} : { line: risk.line }),
  ...(risk.layer ? { layer: risk.layer } : {}),
  ...(risk.removedBy ? { removedBy: risk.removedBy } : {}),
  ...(risk.fingerprint === undefined ? {} : { fingerprint: risk.fingerprint }),
});

const toEngine = ({ name, version, signatures, signaturesAt }: MalwareEngine): MalwareDocument['engines'][0] => ({
  name,
  version,
  signatures,
  ...(signaturesAt ? { signaturesAt: signaturesAt.toISOString() } : {}),
});

const toFailure = ({ engine, cause, message }: EngineFailure) => ({ engine, cause, message });
