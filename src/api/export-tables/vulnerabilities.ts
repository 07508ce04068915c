import { defineExportTable } from '../../exports/export-table.ts';
import type { StoredVulnerability } from '../../store/store.ts';
import { type ColumnRule, cellsOf, describeColumns } from '../export-columns.ts';
import { exportedImage, findingsUnknown } from '../exported-image.ts';
import { layerCommands } from '../layer-commands.ts';
import { readPages } from '../read-pages.ts';
import { type ImageVul, toImageVul } from '../to-image-vul.ts';

interface Row {
  readonly vul: ImageVul;
  readonly found: StoredVulnerability;
}

type TextField = { [K in keyof ImageVul]: ImageVul[K] extends string ? K : never }[keyof ImageVul];

/** The field of the vulnerability list, as the list has it. */
const field = (name: TextField, description: string, aliases: readonly string[] = []): ColumnRule<Row> => ({
  description,
  aliases,
  cell: ({ vul }) => vul[name] || undefined,
});
const SEPARATOR = '; ';

const columns = {
  CVEID: field('CVEID', 'CVE id, or the id of the advisory where there is none', ['CVEId']),
  POCID: field('POCID', 'Id of the vulnerability in this installation', ['POCId']),
  Name: field('Name', 'Title'),
  Level: field('Level', 'Severity: 4 critical, 3 high, 2 medium, 1 low or unrated', ['RiskLevel']),
  CvssScore: field('CvssScore', 'CVSS base score; empty where nobody rated it', ['CVSS_Score']),
  CvssVector: field('CvssVector', 'CVSS vector', ['CVSS_Desc']),
  Components: {
    description: 'Affected packages as `name version`, with the version that fixes them',
    cell: ({ found }: Row) => found.affected.map(describePackage).join(SEPARATOR),
  },
  Component: field('Component', 'Name of the first affected package'),
  Version: field('Version', 'Its version'),
  FixedVersions: field('FixedVersions', 'Versions that fix it, joined by commas; empty where no fix is known'),
  Category: field('Category', 'Class of the vulnerability'),
  CategoryType: field('CategoryType', 'SYSTEM for packages of the operating system, WEB for others'),
  Des: field('Des', 'Description'),
  OfficialSolution: field('OfficialSolution', 'What to upgrade'),
  DefenseSolution: field('DefenseSolution', 'What helps without an upgrade'),
  Reference: {
    description: 'URLs, joined by blanks',
    cell: ({ found }: Row) => found.references.join(' '),
  },
  SubmitTime: field('SubmitTime', 'Publication, YYYY-MM-DD hh:mm:ss, UTC'),
  IsSuggest: field('IsSuggest', 'true when it must be fixed'),
  Tag: { description: 'Labels', cell: ({ vul }: Row) => vul.Tag.join(SEPARATOR) },
  AttackLevel: {
    description: '3 when it is known to be exploited; empty where nothing is known',
    cell: ({ found, vul }: Row) => (found.exploited ? vul.AttackLevel : undefined),
  },
  LayerInfos: {
    description: 'Layers that brought the affected packages',
    cell: ({ vul }: Row) => vul.LayerInfos.map(({ LayerId }) => LayerId).join(SEPARATOR),
  },
} satisfies Readonly<Record<keyof ImageVul, ColumnRule<Row>>>;

const describePackage = ({ package: { name, version }, fixedVersion }: StoredVulnerability['affected'][number]) =>
  fixedVersion ? `${name} ${version} (fixed in ${fixedVersion})` : `${name} ${version}`;

/** Vulnerabilities of one image: the columns are the fields of DescribeAssetImageRegistryVulList. */
export const vulnerabilitiesTable = defineExportTable({
  kind: 'vulnerabilities',
  columns: describeColumns(columns),
  open: async ({ imageId, query }, names, { store, language }) => {
    const image = await exportedImage(store.images, imageId);
    if (image.summary.vulnerabilities === undefined) throw findingsUnknown(image, 'vulnerability');
    const numbers = await store.findings.numbers(image.artifactId, query);
    const commands = await layerCommands(store.images, image.artifactId);
    const toCells = cellsOf<Row>(columns, names);
    return {
      total: numbers.length,
      pages: readPages(
        numbers,
        (page) => store.findings.byNumbers(image.artifactId, page),
        (found) => toCells({ found, vul: toImageVul(found, commands, language) }),
      ),
    };
  },
});
