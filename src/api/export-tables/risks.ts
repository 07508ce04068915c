import { ExportError } from '../../exports/export-error.ts';
import { defineExportTable } from '../../exports/export-table.ts';
import type { ResponseOf } from '../api-action.ts';
import { type ColumnRule, describeColumns } from '../export-columns.ts';
import { exportedImage, findingsUnknown } from '../exported-image.ts';

type ImageRisk = NonNullable<ResponseOf<'DescribeAssetImageRegistryRiskInfoList'>['List']>[number];

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
  open: async ({ imageId }, _names, { store }) => {
    const image = await exportedImage(store.images, imageId);
    const { risks } = image.summary;
    if (risks === undefined) throw findingsUnknown(image, 'risk');
    // The store holds no risks yet, only a place for the count: a list that is not there must not look empty.
    if (risks > 0) throw new ExportError('internal-error', 'risks cannot be listed by this version');
    return { total: 0, pages: noPages() };
  },
});

async function* noPages(): AsyncGenerator<never> {}
