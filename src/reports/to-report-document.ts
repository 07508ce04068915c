import { purlOf } from '../ecosystems/purl.ts';
import type { AdvisorySnapshot } from '../model/advisory.ts';
import type { OperatingSystem } from '../model/inventory.ts';
import type { LocatedPackage } from '../model/package.ts';
import type { Vulnerability } from '../model/vulnerability.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import { countSeverities } from './count-severities.ts';
import { type ReportDocument, SCHEMA_VERSION } from './report-document.ts';
import type { RenderOptions } from './report-format.ts';
import { toMalwareDocument, toRiskDocument } from './to-finding-documents.ts';

/** The published form of a report; its fields always stand in the same order. */
export function toReportDocument(report: ScanReport, { version, createdAt }: RenderOptions): ReportDocument {
  const { inventory, snapshot } = report;
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: { name: 'plimsoll', version },
    createdAt: createdAt.toISOString(),
    reference: report.reference,
    platform: report.platform,
    ...(report.digest ? { digest: report.digest } : {}),
    imageId: report.imageId,
    coverage: report.coverage,
    gaps: report.gaps.map(({ cause, subject }) => ({ cause, subject })),
    counts: countSeverities(report) ?? null,
    vulnerabilities: report.vulnerabilities.map((found) => toVulnerability(found, inventory.os)),
    suppressed: report.suppressed.map(({ reason, detail, vulnerability }) => ({
      reason,
      detail,
      vulnerability: toVulnerability(vulnerability, inventory.os),
    })),
    inventory: {
      ...(inventory.os ? { os: toSystem(inventory.os) } : {}),
      packages: inventory.packages.map((pkg) => toPackage(pkg, inventory.os)),
      problems: inventory.problems.map(({ path, analyzer, cause, message, layer }) => ({
        path,
        analyzer,
        cause,
        message,
        layer,
      })),
    },
    layers: report.layers.map(({ digest, size }) => ({ digest, size })),
    ...(snapshot ? { snapshot: toSnapshot(snapshot) } : {}),
    kinds: [...report.kinds],
    ...(report.malware ? { malware: toMalwareDocument(report, report.malware) } : {}),
    ...(report.risk ? { risk: toRiskDocument(report, report.risk) } : {}),
  };
}

function toVulnerability(found: Vulnerability, os: OperatingSystem | undefined): ReportDocument['vulnerabilities'][0] {
  return {
    id: found.id,
    aliases: [...found.aliases],
    severity: found.severity,
    ...(found.cvss ? { cvss: { score: found.cvss.score, vector: found.cvss.vector } } : {}),
    exploited: found.exploited,
    ...(found.exploitPublic === undefined ? {} : { exploitPublic: found.exploitPublic }),
    ...(found.epss ? { epss: { probability: found.epss.probability, percentile: found.epss.percentile } } : {}),
    title: found.title,
    description: found.description,
    references: [...found.references],
    ...(found.published ? { published: found.published } : {}),
    ...(found.modified ? { modified: found.modified } : {}),
    affected: found.affected.map(({ package: pkg, advisoryId, fixedVersion, status }) => ({
      package: toPackage(pkg, os),
      advisoryId,
      ...(fixedVersion === undefined ? {} : { fixedVersion }),
      ...(status ? { status } : {}),
    })),
  };
}

function toPackage(pkg: LocatedPackage, os: OperatingSystem | undefined): ReportDocument['inventory']['packages'][0] {
  const purl = purlOf(pkg, os);
  return {
    ...(purl ? { purl } : {}),
    ecosystem: pkg.ecosystem,
    name: pkg.name,
    version: pkg.version,
    ...(pkg.architecture ? { architecture: pkg.architecture } : {}),
    ...(pkg.source ? { source: { name: pkg.source.name, version: pkg.source.version } } : {}),
    ...(pkg.modularity ? { modularity: pkg.modularity } : {}),
    ...(pkg.evidence ? { evidence: pkg.evidence } : {}),
    path: pkg.path,
    layer: pkg.layer,
    ...(pkg.ownedBy ? { ownedBy: { ecosystem: pkg.ownedBy.ecosystem, name: pkg.ownedBy.name } } : {}),
  };
}

const toSystem = (os: OperatingSystem): ReportDocument['inventory']['os'] => ({
  family: os.family,
  release: os.release,
  name: os.name,
  ...(os.repositories ? { repositories: [...os.repositories] } : {}),
});

const toSnapshot = (snapshot: AdvisorySnapshot): ReportDocument['snapshot'] => ({
  id: snapshot.id,
  compiledAt: snapshot.compiledAt,
  checkedAt: snapshot.checkedAt,
  advisories: snapshot.advisories,
  exploited: snapshot.exploited,
});
