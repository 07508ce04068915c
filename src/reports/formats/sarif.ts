import { purlOf } from '../../ecosystems/purl.ts';
import { type Cause, causes } from '../../model/cause.ts';
import { causeTexts } from '../../model/cause-texts.ts';
import type { ScanReport } from '../../scan/scan-report.ts';
import { fixAdvice } from '../fix-advice.ts';
import { identityOf } from '../identity-of.ts';
import { kindCoverage, kindGaps } from '../kind-coverage.ts';
import { printable } from '../printable.ts';
import type { RenderOptions, ReportFormat } from '../report-format.ts';
import { countedLines, type ReportLine, suppressedLines } from '../report-lines.ts';
import { safeJson } from '../safe-json.ts';
import { type SarifFinding, sarifFindings } from '../sarif/sarif-findings.ts';
import { sarifLevels, toFindingRule, toSarifRule } from '../sarif/sarif-rules.ts';
import { plainText } from '../sarif/sarif-text.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const ROOT = 'IMAGE';
// What the config says comes from there, and code scanning shows nothing without a file.
const DOCKERFILE = 'Dockerfile';

/** https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, as code scanning of GitHub and others read it. */
export const sarif: ReportFormat = {
  name: 'sarif',
  description: 'SARIF 2.1.0, for code scanning',
  render: async (report, options) =>
    `${safeJson({ $schema: SCHEMA, version: '2.1.0', runs: [toRun(report, options)] }, 2)}\n`,
};

function toRun(report: ScanReport, { version, createdAt }: RenderOptions) {
  const lines = [...countedLines(report), ...suppressedLines(report)];
  const byId = Map.groupBy(lines, ({ vulnerability }) => vulnerability.id);
  const ids = [...byId.keys()];
  const indexes = new Map(ids.map((id, index) => [id, index]));
  const findings = sarifFindings(report);
  const byRule = Map.groupBy(findings, ({ type, id }) => JSON.stringify([type, id]));
  const ruleIndexes = new Map([...byRule.keys()].map((rule, index) => [rule, ids.length + index]));
  const notes = notesOf(report);
  return {
    tool: {
      driver: {
        name: 'Plimsoll',
        version,
        semanticVersion: version,
        rules: [
          ...[...byId.values()].flatMap((group) => (group[0] ? [toSarifRule(group[0].vulnerability, group)] : [])),
          ...[...byRule.values()].flatMap(([first]) => (first ? [toFindingRule(first)] : [])),
        ],
        notifications: causes.filter((cause) => notes.some((note) => note.cause === cause)).map(toDescriptor),
      },
    },
    invocations: [
      {
        // Whoever reads only this must not take an image that nobody can judge for a clean one.
        executionSuccessful: report.kinds.every((kind) => kindCoverage(report, kind) !== 'unknown'),
        endTimeUtc: createdAt.toISOString(),
        toolExecutionNotifications: notes.map((note) => ({
          descriptor: { id: note.cause },
          level: note.level,
          message: { text: plainText(`${causeTexts[note.cause].reason.en} (${note.subject}).`) },
        })),
      },
    ],
    // Without a URI: code scanning refuses schemes other than that of its checkout.
    originalUriBaseIds: { [ROOT]: { description: { text: plainText(`The root of the image ${report.reference}`) } } },
    columnKind: 'utf16CodeUnits',
    results: [
      ...lines.map((line) => toResult(line, indexes.get(line.vulnerability.id) ?? -1, report)),
      ...[...byRule].flatMap(([rule, group]) => toFindingResults(group, ruleIndexes.get(rule) ?? -1)),
    ],
    properties: {
      imageReference: printable(report.reference),
      imageId: report.imageId,
      ...(report.digest ? { imageDigest: report.digest } : {}),
      platform: printable(report.platform),
      kinds: report.kinds,
      coverage: report.coverage,
      ...(report.malware ? { malwareCoverage: kindCoverage(report, 'malware') } : {}),
      ...(report.risk ? { riskCoverage: kindCoverage(report, 'risk') } : {}),
      ...(report.snapshot
        ? { advisorySnapshot: report.snapshot.id, advisoriesCheckedAt: report.snapshot.checkedAt }
        : {}),
    },
  };
}

function toResult({ vulnerability, affected, suppressed }: ReportLine, ruleIndex: number, report: ScanReport) {
  const { package: pkg } = affected;
  const fingerprint = identityOf(pkg, vulnerability.id);
  const purl = purlOf(pkg, report.inventory.os);
  return {
    ruleId: printable(vulnerability.id),
    ruleIndex,
    level: sarifLevels[vulnerability.severity],
    message: {
      text: plainText(
        `${pkg.name} ${pkg.version} has ${vulnerability.id} (${vulnerability.severity}). ${fixAdvice(affected)}`,
      ),
    },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: toUri(pkg.path), uriBaseId: ROOT },
          region: { startLine: 1 }, // a package has no line, but code scanning shows nothing without one
        },
        logicalLocations: [
          {
            name: printable(pkg.name),
            fullyQualifiedName: purl ?? printable(`${pkg.name} ${pkg.version}`),
            kind: 'package',
          },
        ],
      },
    ],
    // The first is what GitHub tells alerts apart by.
    partialFingerprints: { primaryLocationLineHash: `${fingerprint}:1`, 'plimsollPackage/v1': fingerprint },
    ...(suppressed ? { suppressions: [suppression(`${suppressed.reason}: ${suppressed.detail}`)] } : {}),
    properties: {
      ...(purl ? { purl } : {}),
      installedVersion: printable(pkg.version),
      ...(affected.fixedVersion === undefined ? {} : { fixedVersion: printable(affected.fixedVersion) }),
      ...(affected.status ? { fixStatus: affected.status } : {}),
      layer: pkg.layer,
    },
  };
}

/** Findings of one rule; the same thing found again at the same place has a number of its own. */
function toFindingResults(findings: readonly SarifFinding[], ruleIndex: number) {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const count = (seen.get(finding.identity) ?? 0) + 1;
    seen.set(finding.identity, count);
    return toFindingResult(finding, ruleIndex, `${finding.identity}:${count}`);
  });
}

function toFindingResult(finding: SarifFinding, ruleIndex: number, fingerprint: string) {
  const { path, line, suppressedBy } = finding;
  return {
    ruleId: printable(finding.id),
    ruleIndex,
    level: sarifLevels[finding.severity],
    message: { text: plainText(finding.message) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: path === undefined ? { uri: DOCKERFILE } : { uri: toUri(path), uriBaseId: ROOT },
          region: { startLine: line ?? 1 },
        },
        ...(path === undefined ? { logicalLocations: [{ name: 'config of the image', kind: 'resource' }] } : {}),
      },
    ],
    partialFingerprints: {
      primaryLocationLineHash: fingerprint,
      [`plimsoll${fingerprintNames[finding.type]}/v1`]: fingerprint,
    },
    ...(suppressedBy === undefined ? {} : { suppressions: [suppression(`ignored: ${suppressedBy}`)] }),
    properties: Object.fromEntries(
      Object.entries(finding.properties).map(([key, value]) => [
        key,
        typeof value === 'string' ? printable(value) : value,
      ]),
    ),
  };
}

const fingerprintNames = { malware: 'Malware', secret: 'Secret', setting: 'Setting' } as const;

const suppression = (justification: string) => ({
  kind: 'external',
  status: 'accepted',
  justification: plainText(justification),
});

interface Note {
  readonly cause: Cause;
  readonly subject: string;
  readonly level: 'error' | 'warning' | 'note';
}

const notesOf = (report: ScanReport): readonly Note[] => [
  ...kindGaps(report).map(
    ({ kind, cause, subject }): Note => ({
      cause,
      subject,
      level: kindCoverage(report, kind) === 'unknown' ? 'error' : 'warning',
    }),
  ),
  ...(report.malware?.warnings ?? []).map(
    ({ cause, engine, message }): Note => ({ cause, subject: `${engine}: ${message}`, level: 'note' }),
  ),
];

const toDescriptor = (cause: Cause) => ({
  id: cause,
  shortDescription: { text: plainText(causeTexts[cause].reason.en) },
  help: { text: plainText(causeTexts[cause].solution.en) },
});

/** A path as a relative reference of RFC 3986; what is no text of Unicode is replaced. */
function toUri(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join('/');
}
