import { scanErrorCodes } from '../api/scan-error-codes.ts';
import { blindSpotTexts } from '../model/blind-spot-texts.ts';
import { causeTexts } from '../model/cause-texts.ts';
import type { ConnectionReport, StageResult } from '../model/connection-report.ts';
import { printList } from './output/print-list.ts';
import type { Column } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { wrap } from './output/wrap.ts';

export const reportFormats = ['table', 'json'] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** A connection test step by step, then what may stay out of sight; as JSON the same with causes and solutions. */
export function printConnectionReport(
  terminal: Terminal,
  format: ReportFormat,
  registry: string,
  report: ConnectionReport,
): void {
  if (format === 'json') {
    terminal.out(`${JSON.stringify(toJson(registry, report), null, 2)}\n`);
    return;
  }
  printList<StageResult>(terminal, 'table', {
    rows: report.stages,
    columns,
    name: ({ stage }) => stage,
    json: (row) => row,
    empty: '',
  });
  for (const { kind, detail } of report.blindSpots) {
    const { reason, solution } = blindSpotTexts[kind];
    const what = detail === '' ? '' : ` (${detail})`;
    terminal.note(`${wrap(`Blind spot: ${reason.en}${what}. ${solution.en}`, terminal.width ?? 0, '  ')}\n`);
  }
}

const columns: readonly Column<StageResult>[] = [
  { title: 'STAGE', text: ({ stage }) => stage },
  {
    title: 'RESULT',
    text: ({ status }) => status,
    paint: (cell, { status }, colors) =>
      status === 'failed' ? colors.red(cell) : status === 'ok' ? colors.green(cell) : colors.dim(cell),
  },
  {
    title: 'MS',
    text: ({ milliseconds }) => (milliseconds === undefined ? '-' : String(milliseconds)),
    align: 'right',
  },
  { title: 'DETAIL', text: ({ detail }) => detail || '-', shrinkTo: 16 },
];

function toJson(registry: string, { checkedAt, stages, blindSpots }: ConnectionReport) {
  return {
    registry,
    checkedAt,
    connected: !stages.some(({ status }) => status === 'failed'),
    stages: stages.map(({ cause, ...stage }) =>
      cause === undefined
        ? stage
        : {
            ...stage,
            cause,
            code: scanErrorCodes[cause],
            reason: causeTexts[cause].reason.en,
            solution: causeTexts[cause].solution.en,
          },
    ),
    blindSpots: blindSpots.map((spot) => ({
      ...spot,
      reason: blindSpotTexts[spot.kind].reason.en,
      solution: blindSpotTexts[spot.kind].solution.en,
    })),
  };
}
