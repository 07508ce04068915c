import { expect, test } from 'vitest';
import { ImageRow } from './api-answers.ts';
import { kindCell, kindCsv, kindStatus } from './kind-cells.ts';

const row = (VirusStatus: string, VirusCnt: number | null, ScanVirusError = '') =>
  ImageRow.parse({ Id: 1, ImageSize: 1, Progress: 0, IsAuthorized: 1, VirusStatus, VirusCnt, ScanVirusError });

test.for([
  ['what was looked for and not found is zero', row('SCANNED', 0), '0', '0', 'scanned'],
  ['what was found is counted', row('SCANNED', 2), '2', '2', 'scanned'],
  ['a result with an error is a lower bound', row('SCANNED', 2, 'RulesInvalid'), '2+', '2', 'scanned (RulesInvalid)'],
  ['a zero beside a failure is unknown', row('SCAN_ERR', 0, 'ConnFailed'), '-', '', 'failed (ConnFailed)'],
  ['what the others found before one failed', row('SCAN_ERR', 2, 'ConnFailed'), '2+', '2', 'failed (ConnFailed)'],
  ['nobody has looked', row('NOT_SCAN', 0), '-', '', 'not looked for yet'],
  ['somebody looks for the first time', row('SCANNING', 0), '-', '', 'being looked for now'],
  ['an older result while somebody looks again', row('SCANNING', 3), '3', '3', 'being looked for now'],
  ['an answer without the count', row('SCANNED', null), '-', '', 'scanned'],
] as const)('%s', ([, given, cell, csv, status]) => {
  expect([kindCell(given, 'malware'), kindCsv(given, 'malware'), kindStatus(given, 'malware')]).toEqual([
    cell,
    csv,
    status,
  ]);
});
