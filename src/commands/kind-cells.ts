import type { ImageRow } from './api-answers.ts';

/** The other two kinds of a row of the image list. */
export type OtherKind = 'malware' | 'risk';

interface KindOfRow {
  readonly status: string;
  readonly error: string;
  readonly count: number | undefined;
}

const kinds: Readonly<Record<OtherKind, (row: ImageRow) => KindOfRow>> = {
  malware: (row) => ({ status: row.VirusStatus, error: row.ScanVirusError, count: row.VirusCnt }),
  risk: (row) => ({ status: row.RiskStatus, error: row.ScanRiskError, count: row.RiskCnt }),
};

const statusWords: Readonly<Record<string, string>> = {
  NOT_SCAN: 'not looked for yet',
  SCANNING: 'being looked for now',
  SCANNED: 'scanned',
  SCAN_ERR: 'failed',
  CANCELED: 'stopped',
};

/** `2`, `2+` for a lower bound, `-` where it is unknown: on the wire that is 0 beside a status. */
export function kindCell(row: ImageRow, kind: OtherKind): string {
  const { status, error, count } = kinds[kind](row);
  if (count === undefined) return '-';
  if (status === 'SCANNED') return error === '' ? String(count) : `${count}+`;
  if (count === 0) return '-';
  return status === 'SCAN_ERR' ? `${count}+` : String(count); // of an earlier scan
}

export const isKindUnknown = (row: ImageRow, kind: OtherKind): boolean => kindCell(row, kind) === '-';
export const isKindPartial = (row: ImageRow, kind: OtherKind): boolean => kindCell(row, kind).endsWith('+');

/** `not looked for yet`, `failed (ConnFailed)`. */
export function kindStatus(row: ImageRow, kind: OtherKind): string {
  const { status, error } = kinds[kind](row);
  return `${statusWords[status] ?? status}${error === '' ? '' : ` (${error})`}`;
}

/** For programs: '' where it is unknown. */
export function kindCsv(row: ImageRow, kind: OtherKind): string {
  return isKindUnknown(row, kind) ? '' : String(kinds[kind](row).count);
}
