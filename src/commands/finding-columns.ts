import { oneLine } from '../reports/one-line.ts';
import type { Column } from './output/table.ts';
import { paintSeverity } from './vulnerability-columns.ts';

/** A malicious file, a secret or a risky setting as a line of a table; from the API or from a scan of our own. */
export interface FindingLine {
  readonly severity: string;
  /** Malware as its engine names it, or the rule that recognised a secret or setting; '' where nobody says. */
  readonly name: string;
  /** The engine that says so; '' where nobody says. */
  readonly engine: string;
  /** `path`, `path:line`, or what of the config. */
  readonly where: string;
  readonly what: string;
  /** The instruction, or what the file shows. */
  readonly shown: string;
  /** '' where nobody says. */
  readonly layer: string;
  /** A later layer removed it, but whoever pulls the image still gets it. */
  readonly removed: boolean;
  /** '' where it has none. */
  readonly fingerprint: string;
  /** By which rule it is left out. */
  readonly suppressedBy?: string;
}

const SHORT_DIGEST = 12;

/** `sha256:0123456789ab…` as people tell layers apart. */
const shortLayer = (digest: string): string => digest.slice(digest.indexOf(':') + 1).slice(0, SHORT_DIGEST);

const severity: Column<FindingLine> = {
  title: 'SEVERITY',
  text: (line) => line.severity,
  paint: (cell, line, colors) => paintSeverity(cell, line.severity, colors),
};
const removed: Column<FindingLine> = {
  title: 'REMOVED',
  text: (line) => (line.removed ? 'later' : ''),
  leaves: 2,
  paint: (cell, _line, colors) => colors.dim(cell),
};
const suppressedBy: Column<FindingLine> = {
  title: 'LEFT OUT BY',
  text: (line) => line.suppressedBy ?? '',
  shrinkTo: 24,
};
const where = (title: string): Column<FindingLine> => ({
  title,
  text: (line) => line.where,
  shrinkTo: 20,
  keep: 'end',
});

const malwareColumns: readonly Column<FindingLine>[] = [
  severity,
  { title: 'MALWARE', text: (line) => line.name, shrinkTo: 24 },
  { title: 'ENGINE', text: (line) => line.engine, leaves: 3 },
  where('PATH'),
  { title: 'LAYER', text: (line) => shortLayer(line.layer), leaves: 1 },
  removed,
  { title: 'SHA256', text: (line) => line.fingerprint, wide: true },
  { title: 'WHAT', text: (line) => oneLine(line.what), wide: true },
];

const secretColumns: readonly Column<FindingLine>[] = [
  severity,
  { title: 'SECRET', text: (line) => line.name || oneLine(line.what), shrinkTo: 24 },
  where('WHERE'),
  { title: 'EXCERPT', text: (line) => oneLine(line.shown), shrinkTo: 16, leaves: 1 },
  removed,
  { title: 'FINGERPRINT', text: (line) => line.fingerprint, wide: true },
  { title: 'LAYER', text: (line) => line.layer, wide: true },
];

const settingColumns: readonly Column<FindingLine>[] = [
  severity,
  { title: 'CHECK', text: (line) => line.name, shrinkTo: 12 },
  { title: 'WHAT', text: (line) => oneLine(line.what), shrinkTo: 24 },
  where('WHERE'),
  { title: 'SHOWN', text: (line) => oneLine(line.shown), wide: true },
  { title: 'LAYER', text: (line) => line.layer, wide: true },
];

export const findingColumns = { malware: malwareColumns, secret: secretColumns, setting: settingColumns } as const;

/** The same for those that are left out: by which rule, and less about them. */
export function suppressedFindingColumns(columns: readonly Column<FindingLine>[]): readonly Column<FindingLine>[] {
  const [first, second, ...others] = columns.filter(({ title }) =>
    ['SEVERITY', 'MALWARE', 'SECRET', 'CHECK', 'PATH', 'WHERE'].includes(title),
  );
  return [first, second, suppressedBy, ...others].filter((column) => column !== undefined);
}
