import type { ImageRow } from './api-answers.ts';
import { referenceOf, shortDigest } from './find-image.ts';
import { isKindPartial, isKindUnknown, kindCell, kindCsv } from './kind-cells.ts';
import { paintSeverityCell, severityCell } from './output/severity-cells.ts';
import { type Column, printable } from './output/table.ts';
import { formatAge, formatBytes } from './output/units.ts';
import { wrap } from './output/wrap.ts';

const DEFAULT_WIDTH = 120;
const NAMES_SHOWN = 3;

const statusWords: Readonly<Record<string, string>> = {
  NOT_SCAN: 'not scanned',
  SCANNED: 'scanned',
  SCAN_ERR: 'failed',
  CANCELED: 'canceled',
};

/** Columns of the list of these images; `now` is what ages are counted from. */
export function imageColumns(rows: readonly ImageRow[], now: Date): readonly Column<ImageRow>[] {
  const shown = namesAmong(rows);
  return [
    { title: 'ID', text: (row) => String(row.Id), align: 'right' },
    { title: 'IMAGE', text: shown, shrinkTo: 24, keep: 'end' },
    { title: 'REGISTRY', text: (row) => row.InstanceName, shrinkTo: 8, leaves: 5 },
    { title: 'OS', text: (row) => row.OsName, shrinkTo: 20, leaves: 1 },
    {
      title: 'VULNERABILITIES',
      text: (row) => severityCell(countsOf(row), isPartial(row)),
      paint: (cell, _row, colors) => paintSeverityCell(cell, colors),
    },
    {
      title: 'FIX',
      leaves: 7,
      text: (row) => yesNo(row.HasNeedFixVul),
      paint: (cell, row, colors) => (row.HasNeedFixVul ? colors.bold(cell) : cell),
    },
    {
      title: 'MALWARE',
      align: 'right',
      leaves: 9,
      text: (row) => kindCell(row, 'malware'),
      paint: (cell, row, colors) => (row.VirusCnt ? colors.bold(colors.red(cell)) : cell),
    },
    { title: 'RISKS', align: 'right', leaves: 8, text: (row) => kindCell(row, 'risk') },
    {
      title: 'STATUS',
      leaves: 6,
      text: statusOf,
      paint: (cell, row, colors) => (row.ScanStatus === 'SCAN_ERR' ? colors.red(cell) : cell),
    },
    { title: 'LATEST', text: (row) => yesNo(row.IsLatestImage), leaves: 4 },
    { title: 'SIZE', text: (row) => formatBytes(row.ImageSize), align: 'right', leaves: 2 },
    { title: 'SCANNED', text: (row) => formatAge(row.ScanTime ? new Date(row.ScanTime) : undefined, now), leaves: 3 },
    {
      title: 'PACKAGES',
      text: (row) => (row.ComponentCnt === undefined ? '-' : String(row.ComponentCnt)),
      align: 'right',
      wide: true,
    },
    { title: 'AUTHORISED', text: (row) => yesNo(row.IsAuthorized === 1), wide: true },
    { title: 'ADDRESS', text: referenceOf, wide: true },
    { title: 'DIGEST', text: (row) => row.ImageDigest, wide: true },
    { title: 'IMAGE ID', text: (row) => row.ImageId, wide: true },
  ];
}

/** How people tell these rows apart: without the registry's host, with a digest only where the tag is not enough. */
function namesAmong(rows: readonly ImageRow[]): (row: ImageRow) => string {
  const ambiguous = ambiguousReferences(rows);
  return (row) =>
    ambiguous.has(referenceOf(row)) ? `${shortReference(row)}@${shortDigest(row)}` : shortReference(row);
}

/** References that two of the rows have: the platforms of an index share its tag. */
export function ambiguousReferences(rows: readonly ImageRow[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(
    rows.map(referenceOf).filter((reference) => {
      const again = seen.has(reference);
      seen.add(reference);
      return again;
    }),
  );
}

/** For programs: a column per count, empty where it is unknown; bytes, and times as the API has them. */
export const imageCsvColumns: readonly Column<ImageRow>[] = [
  { title: 'id', text: (row) => String(row.Id) },
  { title: 'reference', text: referenceOf },
  { title: 'digest', text: (row) => row.ImageDigest },
  { title: 'image_id', text: (row) => row.ImageId },
  { title: 'registry', text: (row) => row.InstanceName },
  { title: 'os', text: (row) => row.OsName },
  { title: 'critical', text: (row) => csvCount(countsOf(row).critical) },
  { title: 'high', text: (row) => csvCount(countsOf(row).high) },
  { title: 'medium', text: (row) => csvCount(countsOf(row).medium) },
  { title: 'low', text: (row) => csvCount(countsOf(row).low) },
  { title: 'lower_bound', text: (row) => String(isPartial(row)) },
  { title: 'needs_fix', text: (row) => String(row.HasNeedFixVul ?? '') },
  { title: 'packages', text: (row) => csvCount(row.ComponentCnt) },
  { title: 'status', text: (row) => row.ScanStatus },
  { title: 'latest', text: (row) => String(row.IsLatestImage ?? '') },
  { title: 'authorised', text: (row) => String(row.IsAuthorized === 1) },
  { title: 'size_bytes', text: (row) => String(row.ImageSize) },
  { title: 'created', text: (row) => createdOf(row) },
  { title: 'scanned', text: (row) => row.ScanTime },
  { title: 'reason', text: (row) => row.Reason },
  { title: 'malware', text: (row) => kindCsv(row, 'malware') },
  { title: 'malware_status', text: (row) => row.VirusStatus },
  { title: 'risks', text: (row) => kindCsv(row, 'risk') },
  { title: 'risk_status', text: (row) => row.RiskStatus },
];

const csvCount = (count: number | undefined): string => (count === undefined ? '' : String(count));
const NEVER = '1900-01-01'; // how the API says that the image does not tell

/** Build time as RFC 3339, '' when the image does not say. */
export function createdOf(row: ImageRow): string {
  return row.ImageCreateTime.startsWith(NEVER) ? '' : row.ImageCreateTime;
}

/** Whether the vulnerabilities of an image are not known at all. */
export const isUnknown = (row: ImageRow): boolean => severityCell(countsOf(row), false) === '-';

/** Counted, but something could not be read or decided: the counts are a lower bound. */
export const isPartial = (row: ImageRow): boolean =>
  !isUnknown(row) && row.CveStatus === 'SCANNED' && row.ScanVulError !== '';

/** Below a table: what `-` and `+` mean in it, and why, with advice; '' where nothing is unknown. */
export function explainUnknowns(rows: readonly ImageRow[], width = DEFAULT_WIDTH): string {
  const unknown = rows.filter((row) => isUnknown(row) || isKindUnknown(row, 'malware') || isKindUnknown(row, 'risk'));
  const partial = rows.filter(
    (row) => !unknown.includes(row) && (isPartial(row) || isKindPartial(row, 'malware') || isKindPartial(row, 'risk')),
  );
  const lines = [
    ...(unknown.length > 0 ? ['- means unknown, which is not zero:', ...reasons(unknown)] : []),
    ...(partial.length > 0 ? ['+ means at least:', ...reasons(partial)] : []),
  ];
  return lines.map((line) => wrap(line, width, '    ')).join('\n');
}

/** Each reason once, with the images it concerns. */
function reasons(rows: readonly ImageRow[]): readonly string[] {
  const images = new Map<string, string[]>();
  const name = namesAmong(rows);
  for (const row of rows) {
    const why = row.Reason || whyUnknown(row);
    const text = [why, row.Solution].filter(Boolean).map(ended).join(' ');
    images.set(text, [...(images.get(text) ?? []), name(row)]);
  }
  return [...images].map(([why, names]) => {
    const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
    return printable(`  ${names.slice(0, NAMES_SHOWN).join(', ')}${more}: ${why}`);
  });
}

function whyUnknown(row: ImageRow): string {
  if (row.ScanStatus === 'SCANNING') return 'Being scanned now';
  if (!isUnknown(row)) return `Not looked for yet: ${unknownOthers(row).join(' and ')}; plimsoll task start`;
  if (row.CveStatus !== 'NOT_SCAN') return statusOf(row);
  return row.IsAuthorized === 1
    ? 'Not scanned yet: plimsoll task start'
    : 'Not authorised for scanning yet: plimsoll image authorize';
}

const unknownOthers = (row: ImageRow): readonly string[] => [
  ...(isKindUnknown(row, 'malware') ? ['malware'] : []),
  ...(isKindUnknown(row, 'risk') ? ['risks'] : []),
];

const ended = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

/** `team/app:1.2`, without the registry's host. */
export function shortReference(row: ImageRow): string {
  return `${row.Namespace ? `${row.Namespace}/` : ''}${row.ImageName}:${row.ImageTag}`;
}

function countsOf(row: ImageRow) {
  const scanned = row.CveStatus === 'SCANNED' || row.ScanTime !== '';
  return {
    critical: scanned ? row.CriticalLevelVulCnt : undefined,
    high: scanned ? row.HighLevelVulCnt : undefined,
    medium: scanned ? row.MediumLevelVulCnt : undefined,
    low: scanned ? row.LowLevelVulCnt : undefined,
  };
}

function statusOf(row: ImageRow): string {
  return row.ScanStatus === 'SCANNING' ? `scanning ${row.Progress}%` : (statusWords[row.ScanStatus] ?? row.ScanStatus);
}

function yesNo(value: boolean | undefined): string {
  if (value === undefined) return '-';
  return value ? 'yes' : 'no';
}
