// Written by `npm run generate`. Do not edit.
import type { ReportFormat } from '../report-format.ts';
import { csv } from './csv.ts';
import { cyclonedx } from './cyclonedx.ts';
import { json } from './json.ts';
import { name } from './name.ts';
import { ndjson } from './ndjson.ts';
import { sarif } from './sarif.ts';
import { spdx } from './spdx.ts';

export const reportFormats = [
  csv,
  cyclonedx,
  json,
  name,
  ndjson,
  sarif,
  spdx,
] as const satisfies readonly ReportFormat[];
