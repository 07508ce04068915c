import { purlOf } from '../../ecosystems/purl.ts';
import type { OperatingSystem } from '../../model/inventory.ts';
import type { LocatedPackage } from '../../model/package.ts';
import { systemEcosystems } from '../../model/system-ecosystems.ts';
import type { ScanReport } from '../../scan/scan-report.ts';
import { identityOf, uuidOf } from '../identity-of.ts';
import { printable } from '../printable.ts';
import type { RenderOptions, ReportFormat } from '../report-format.ts';
import { safeJson } from '../safe-json.ts';

const DOCUMENT = 'SPDXRef-DOCUMENT';
const IMAGE = 'SPDXRef-Image';
const SYSTEM = 'SPDXRef-OperatingSystem';
const MILLISECONDS = /\.\d+(?=Z$)/;
const UNNAMED = 'unnamed'; // a name must not be empty

/** https://spdx.github.io/spdx-spec/v2.3/ in JSON: what is in the image; what is wrong with it has no place there. */
export const spdx: ReportFormat = {
  name: 'spdx',
  description: 'bill of materials: SPDX 2.3, JSON',
  render: async (report, options) => `${safeJson(toDocument(report, options), 2)}\n`,
};

function toDocument(report: ScanReport, { version, createdAt }: RenderOptions) {
  const { os, packages, problems } = report.inventory;
  const byId = new Map(packages.map((pkg) => [idOf(pkg), pkg])); // two analyzers may see the same thing in the same file
  const name = printable(report.reference) || UNNAMED;
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: DOCUMENT,
    name,
    creationInfo: {
      created: createdAt.toISOString().replace(MILLISECONDS, ''),
      creators: [`Tool: plimsoll-${version}`],
    },
    ...(problems.length > 0 ? { comment: `Incomplete: ${problems.map(describe).join('; ')}` } : {}),
    packages: [
      toImage(report, name),
      ...(os ? [toSystem(os)] : []),
      ...[...byId].map(([id, pkg]) => toPackage(id, pkg, os)),
    ],
    relationships: [
      relate(DOCUMENT, 'DESCRIBES', IMAGE),
      ...(os ? [relate(IMAGE, 'CONTAINS', SYSTEM)] : []),
      ...[...byId].map(([id, pkg]) =>
        relate(os && systemEcosystems.includes(pkg.ecosystem) ? SYSTEM : IMAGE, 'CONTAINS', id),
      ),
    ],
  };
  const { creationInfo, comment, packages: listed, relationships, ...head } = document;
  const documentNamespace = `https://spdx.org/spdxdocs/plimsoll-${uuidOf(safeJson(document))}`;
  return { ...head, documentNamespace, creationInfo, ...(comment ? { comment } : {}), packages: listed, relationships };
}

/** Nobody has looked at licences or sources; the format wants that said. */
const notAsserted = {
  downloadLocation: 'NOASSERTION',
  filesAnalyzed: false,
  licenseConcluded: 'NOASSERTION',
  licenseDeclared: 'NOASSERTION',
  copyrightText: 'NOASSERTION',
} as const;

function toImage({ digest, imageId, platform }: ScanReport, name: string) {
  const [algorithm = '', checksumValue = ''] = (digest ?? imageId).split(':');
  return {
    SPDXID: IMAGE,
    name,
    versionInfo: digest ?? imageId,
    ...notAsserted,
    checksums: [{ algorithm: algorithm.toUpperCase(), checksumValue }],
    sourceInfo: printable(`Container image for ${platform}, config ${imageId}`),
    primaryPackagePurpose: 'CONTAINER',
  };
}

/** Without a purpose: the schema of 2.3 and that of 2.3.1 spell the one for systems differently, and refuse each other's. */
const toSystem = (os: OperatingSystem) => ({
  SPDXID: SYSTEM,
  name: printable(os.family) || UNNAMED,
  ...(os.release ? { versionInfo: printable(os.release) } : {}),
  ...notAsserted,
  description: printable(os.name),
});

function toPackage(id: string, pkg: LocatedPackage, os: OperatingSystem | undefined) {
  const purl = purlOf(pkg, os);
  const source = pkg.source ? `, built from ${pkg.source.name} ${pkg.source.version}` : '';
  const owner = pkg.ownedBy ? `, came with ${pkg.ownedBy.ecosystem} package ${pkg.ownedBy.name}` : '';
  const seen = pkg.evidence === 'lock' ? 'named by lock file' : 'found in';
  return {
    SPDXID: id,
    name: printable(pkg.name) || UNNAMED,
    versionInfo: printable(pkg.version),
    ...notAsserted,
    sourceInfo: printable(`${pkg.ecosystem}, ${seen} ${pkg.path} of layer ${pkg.layer}${source}${owner}`),
    ...(purl
      ? { externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }] }
      : {}),
    primaryPackagePurpose: 'LIBRARY',
  };
}

const idOf = (pkg: LocatedPackage): string => `SPDXRef-Package-${identityOf(pkg, pkg.layer)}`;

const describe = ({ path, message }: ScanReport['inventory']['problems'][0]): string =>
  printable(`${path}: ${message}`);

const relate = (spdxElementId: string, relationshipType: 'CONTAINS' | 'DESCRIBES', relatedSpdxElement: string) => ({
  spdxElementId,
  relationshipType,
  relatedSpdxElement,
});
