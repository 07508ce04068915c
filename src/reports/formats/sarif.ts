import { purlOf } from '../../ecosystems/purl.ts';
import { type Cause, causes } from '../../model/cause.ts';
import { causeTexts } from '../../model/cause-texts.ts';
import type { ScanReport } from '../../scan/scan-report.ts';
import { fixAdvice } from '../fix-advice.ts';
import { identityOf } from '../identity-of.ts';
import { printable } from '../printable.ts';
import type { RenderOptions, ReportFormat } from '../report-format.ts';
import { countedLines, type ReportLine, suppressedLines } from '../report-lines.ts';
import { safeJson } from '../safe-json.ts';
import { sarifLevels, toSarifRule } from '../sarif/sarif-rules.ts';
import { plainText } from '../sarif/sarif-text.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const ROOT = 'IMAGE';

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
  const notes = notesOf(report);
  return {
    tool: {
      driver: {
        name: 'Plimsoll',
        version,
        semanticVersion: version,
        rules: [...byId.values()].flatMap((group) => (group[0] ? [toSarifRule(group[0].vulnerability, group)] : [])),
        notifications: causes.filter((cause) => notes.some((note) => note.cause === cause)).map(toDescriptor),
      },
    },
    invocations: [
      {
        // Whoever reads only this must not take an image that nobody can judge for a clean one.
        executionSuccessful: report.coverage !== 'unknown',
        endTimeUtc: createdAt.toISOString(),
        toolExecutionNotifications: notes.map((note) => ({
          descriptor: { id: note.cause },
          level: report.coverage === 'unknown' ? 'error' : 'warning',
          message: { text: plainText(`${causeTexts[note.cause].reason.en} (${note.subject}).`) },
        })),
      },
    ],
    // Without a URI: code scanning refuses schemes other than that of its checkout.
    originalUriBaseIds: { [ROOT]: { description: { text: plainText(`The root of the image ${report.reference}`) } } },
    columnKind: 'utf16CodeUnits',
    results: lines.map((line) => toResult(line, indexes.get(line.vulnerability.id) ?? -1, report)),
    properties: {
      imageReference: printable(report.reference),
      imageId: report.imageId,
      ...(report.digest ? { imageDigest: report.digest } : {}),
      platform: printable(report.platform),
      coverage: report.coverage,
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
    ...(suppressed
      ? {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              justification: plainText(`${suppressed.reason}: ${suppressed.detail}`),
            },
          ],
        }
      : {}),
    properties: {
      ...(purl ? { purl } : {}),
      installedVersion: printable(pkg.version),
      ...(affected.fixedVersion === undefined ? {} : { fixedVersion: printable(affected.fixedVersion) }),
      ...(affected.status ? { fixStatus: affected.status } : {}),
      layer: pkg.layer,
    },
  };
}

interface Note {
  readonly cause: Cause;
  readonly subject: string;
}

const notesOf = ({ gaps, inventory }: ScanReport): readonly Note[] => [
  ...gaps,
  ...inventory.problems.map(({ cause, path, message }) => ({ cause, subject: `${path}: ${message}` })),
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
