import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import type { OperatingSystem } from '../../model/inventory.ts';
import type { LocatedPackage } from '../../model/package.ts';
import { systemEcosystems } from '../../model/system-ecosystems.ts';
import type { ScanReport } from '../../scan/scan-report.ts';
import { isSecret } from '../finding-lines.ts';
import { uuidOf } from '../identity-of.ts';
import { kindCoverage } from '../kind-coverage.ts';
import { printable } from '../printable.ts';
import type { RenderOptions } from '../report-format.ts';
import { safeJson } from '../safe-json.ts';
import { componentOf, type Fact, propertiesOf } from './component-of.ts';
import { toVulnerability } from './to-vulnerability.ts';

const ROOT_REF = 'image';
const SYSTEM_REF = 'operating-system';

/** A bill of materials with what is known of its vulnerabilities, as the object that is written. */
export function toCycloneDx(report: ScanReport, { version, createdAt }: RenderOptions): object {
  const root = toRoot(report);
  const tool = new Models.Component(Enums.ComponentType.Application, 'plimsoll', { version });
  const bom = new Models.Bom({
    metadata: new Models.Metadata({
      timestamp: createdAt,
      tools: new Models.Tools({ components: new Models.ComponentRepository([tool]) }),
      component: root,
      properties: propertiesOf([...coverageOf(report), ...otherKindsOf(report)]),
    }),
  });
  const places = new Map<string, LocatedPackage>();
  const system = report.inventory.os && toSystem(report.inventory.os);
  if (system) {
    bom.components.add(system);
    root.dependencies.add(system.bomRef);
  }
  for (const pkg of report.inventory.packages) {
    const component = componentOf(pkg, report.inventory.os);
    const ref = component.bomRef.value ?? '';
    if (places.has(ref)) continue; // two analyzers saw the same thing in the same file
    places.set(ref, pkg);
    bom.components.add(component);
    const isOfSystem = systemEcosystems.includes(pkg.ecosystem);
    (system && isOfSystem ? system : root).dependencies.add(component.bomRef);
  }
  for (const found of report.vulnerabilities) bom.vulnerabilities.add(toVulnerability(found));
  for (const suppressed of report.suppressed)
    bom.vulnerabilities.add(toVulnerability(suppressed.vulnerability, suppressed));
  return written(bom, places, report.inventory.problems.length > 0);
}

/** The library writes neither where a component was seen nor what is incomplete: both are added to its own form. */
function written(bom: Models.Bom, places: ReadonlyMap<string, LocatedPackage>, isIncomplete: boolean): object {
  const factory = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  const {
    components = [],
    dependencies,
    vulnerabilities,
    serialNumber: _,
    ...head
  } = factory.makeForBom().normalize(bom, {});
  const document = {
    ...head,
    components: components.map((component) => {
      const pkg = places.get(component['bom-ref'] ?? '');
      return pkg ? { ...component, evidence: { occurrences: [{ location: printable(pkg.path) }] } } : component;
    }),
    dependencies,
    ...(isIncomplete ? { compositions: [{ aggregate: 'incomplete', assemblies: [ROOT_REF] }] } : {}),
    vulnerabilities,
  };
  const { $schema, bomFormat, specVersion, ...content } = document;
  return { $schema, bomFormat, specVersion, serialNumber: `urn:uuid:${uuidOf(safeJson(document))}`, ...content };
}

function toRoot(report: ScanReport): Models.Component {
  return new Models.Component(Enums.ComponentType.Container, printable(report.reference), {
    bomRef: ROOT_REF,
    version: report.digest ?? report.imageId,
    properties: propertiesOf([
      ['platform', report.platform],
      ['imageId', report.imageId],
      ...report.layers.map(({ digest }): Fact => ['layer', digest]),
    ]),
  });
}

function toSystem(os: OperatingSystem): Models.Component {
  return new Models.Component(Enums.ComponentType.OperatingSystem, printable(os.family), {
    bomRef: SYSTEM_REF,
    version: printable(os.release),
    description: printable(os.name),
  });
}

const coverageOf = ({ coverage, gaps, snapshot, inventory }: ScanReport): readonly Fact[] => [
  ['coverage', coverage],
  ...gaps.map(({ cause, subject }): Fact => ['gap', `${cause}: ${subject}`]),
  ...inventory.problems.map(({ cause, path, message }): Fact => ['problem', `${cause}: ${path}: ${message}`]),
  ['advisorySnapshot', snapshot?.id],
];

/**
 * Numbers alone: a bill of materials is handed on, and where the secrets of an image lie is nobody else's business. What is
 * unknown has no number.
 */
function otherKindsOf(report: ScanReport): readonly Fact[] {
  const { kinds, malware, risk } = report;
  const malwareCoverage = kindCoverage(report, 'malware');
  const riskCoverage = kindCoverage(report, 'risk');
  const counted = (coverage: string | undefined, count: number | undefined) =>
    coverage === 'unknown' ? undefined : count?.toString();
  return [
    ...kinds.map((kind): Fact => ['kind', kind]),
    ['malwareCoverage', malwareCoverage],
    ['malwareFiles', counted(malwareCoverage, malware?.files.length)],
    ['riskCoverage', riskCoverage],
    ['secrets', counted(riskCoverage, risk?.risks.filter(isSecret).length)],
    ['riskySettings', counted(riskCoverage, risk?.risks.filter((each) => !isSecret(each)).length)],
  ];
}
