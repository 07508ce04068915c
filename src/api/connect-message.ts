import { blindSpotTexts } from '../model/blind-spot-texts.ts';
import type { BlindSpot, ConnectionReport, StageResult } from '../model/connection-report.ts';
import type { Language } from './protocol/api-error.ts';
import { causeText, scanErrorCodes } from './scan-error-codes.ts';

const GAP = ' · ';

/**
 * ConnectMsg: why the connection failed, then a line for each stage and each blind spot, all in the language of the request:
 * `tls · failed · 12 ms · CertificateInvalid · reason · detail · solution`, `tags · ok · 3 ms · detail`,
 * `blob · skipped · detail`, `blind spot · clock-skew · reason · detail · solution`.
 */
export function connectMessage(failReason: string, report: ConnectionReport | undefined, language: Language): string {
  if (!report) return failReason;
  const lines = [
    ...(failReason === '' ? [] : [failReason]),
    `${report.checkedAt.toISOString().slice(0, 19)}Z`,
    ...report.stages.map((stage) => line(stageFields(stage, language))),
    ...report.blindSpots.map((spot) => line(spotFields(spot, language))),
  ];
  return lines.join('\n');
}

function stageFields({ stage, status, milliseconds, cause, detail }: StageResult, language: Language) {
  if (status === 'skipped') return [stage, status, detail];
  const begin = [stage, status, `${milliseconds ?? 0} ms`];
  if (cause === undefined) return [...begin, detail];
  const [reason, solution] = [causeText(cause, 'reason', language), causeText(cause, 'solution', language)];
  return [...begin, scanErrorCodes[cause], reason, detail, solution];
}

function spotFields({ kind, detail }: BlindSpot, language: Language) {
  const { reason, solution } = blindSpotTexts[kind];
  const word = language === 'zh-CN' ? 'zh' : 'en';
  return ['blind spot', kind, reason[word], detail, solution[word]];
}

/** A field that held the gap, or a line's end, would be two. */
const line = (fields: readonly string[]) =>
  fields.map((field) => field.replaceAll(GAP, ' - ').replaceAll('\n', ' ')).join(GAP);
