// Written by `npm run generate`. Do not edit.
import type { ExportTable } from '../../exports/export-table.ts';
import { componentsTable } from './components.ts';
import { imagesTable } from './images.ts';
import { malwareTable } from './malware.ts';
import { risksTable } from './risks.ts';
import { vulnerabilitiesTable } from './vulnerabilities.ts';

export const exportTables = [
  componentsTable,
  imagesTable,
  malwareTable,
  risksTable,
  vulnerabilitiesTable,
] as const satisfies readonly ExportTable[];
