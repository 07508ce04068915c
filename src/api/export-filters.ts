import { type ExportStatus, exportStatuses } from '../model/export.ts';
import { exportStatusNames } from './export-statuses.ts';
import type { FilterRule } from './filters.ts';

/** Every filter of the list of exports, as the states that it lets through. Validation and the reference come from it. */
export const exportFilters: Readonly<Record<string, FilterRule<readonly ExportStatus[]>>> = {
  ExportStatus: {
    description: 'State of the export; equality',
    values: Object.values(exportStatusNames),
    toCondition: (values) => exportStatuses.filter((status) => values.includes(exportStatusNames[status])),
  },
  ExportSource: {
    description: 'What is exported; equality. Here all images are in registries, so there are none of LocalImage',
    values: ['LocalImage', 'RegistryImage'],
    toCondition: (values) => (values.includes('RegistryImage') ? exportStatuses : []),
  },
};
