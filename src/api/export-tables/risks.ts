import { defineExportTable } from '../../exports/export-table.ts';
import { type ColumnRule, cellsOf, describeColumns } from '../export-columns.ts';
import { exportedImage, findingsUnknown } from '../exported-image.ts';
import { readPages } from '../read-pages.ts';
import { type ImageRisk, toImageRisk } from '../to-image-risk.ts';

const field = (name: keyof ImageRisk, description: string, aliases: readonly string[]): ColumnRule<ImageRisk> => ({
  description,
  aliases,
  cell: (risk) => risk[name],
});

// The documentation's example of this export asks for the columns of malware: each stands for what comes closest.
const columns = {
  Level: field('Level', 'Severity: 4 critical, 3 high, 2 medium, 1 low', ['RiskLevel']),
  Behavior: field('Behavior', 'Code of the risky behaviour', ['Category']),
  Type: field('Type', 'Code of the place where it was found', ['Tags']),
  Desc: field('Desc', 'Description', ['VirusName', 'Name']),
  InstructionContent: field('InstructionContent', 'Instruction or file where it was found', ['Path']),
} satisfies Readonly<Record<keyof ImageRisk, ColumnRule<ImageRisk>>>;

/** Risky settings and secrets of one image: the columns are the fields of DescribeAssetImageRegistryRiskInfoList. */
export const risksTable = defineExportTable({
  kind: 'risks',
  columns: describeColumns(columns),
  open: async ({ imageId, query }, names, { store }) => {
    const image = await exportedImage(store.images, imageId);
    if (image.summary.risks === undefined) throw findingsUnknown(image, 'risk');
    // Few enough to be read at once, so that a scan in between changes nothing.
    const { rows } = await store.risks.list(image.artifactId, { ...query, direction: 'desc' });
    const toCells = cellsOf<ImageRisk>(columns, names);
    return {
      total: rows.length,
      pages: readPages(
        rows,
        async (page) => page,
        (risk) => toCells(toImageRisk(risk)),
      ),
    };
  },
});
