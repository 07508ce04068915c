// Written by `npm run generate`. Do not edit.
import type { ExportFormat } from '../export-format.ts';
import { csv } from './csv.ts';
import { xlsx } from './xlsx.ts';

export const exportFormats = [csv, xlsx] as const satisfies readonly ExportFormat[];
