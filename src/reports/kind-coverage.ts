import type { Cause } from '../model/cause.ts';
import { problemSubject } from '../model/problem-subject.ts';
import type { ScanKind } from '../model/scan.ts';
import type { Coverage } from '../model/vulnerability.ts';
import type { ScanReport } from '../scan/scan-report.ts';

/** Whether what was found of a kind can be believed; undefined where it was not looked for. */
export function kindCoverage(report: ScanReport, kind: ScanKind): Coverage | undefined {
  if (!report.kinds.includes(kind)) return undefined;
  if (kind === 'vulnerability') return report.coverage;
  if (kind === 'risk') return coverageOf(report.risk?.risks, report.risk?.gaps);
  const { malware, layers } = report;
  // Nobody failed, for nobody was there.
  if (layers.length > 0 && malware?.engines.length === 0 && malware.files.length === 0) return 'unknown';
  return coverageOf(malware?.files, malware?.failures);
}

function coverageOf(found: readonly object[] | undefined, gaps: readonly object[] | undefined): Coverage {
  if (!found || !gaps) return 'unknown';
  if (gaps.length === 0) return 'known';
  return found.length > 0 ? 'partial' : 'unknown'; // nothing found by whoever could not look is no zero
}

/** Something that could not be known, and of which kind. */
export interface KindGap {
  readonly kind: ScanKind;
  readonly cause: Cause;
  /** What it concerns, and what exactly happened. */
  readonly subject: string;
}

/** What could not be known of everything that was looked for. */
export function kindGaps({ gaps, inventory, malware, risk }: ScanReport): readonly KindGap[] {
  const problems = inventory.problems.map(
    (problem): KindGap => ({ kind: 'vulnerability', cause: problem.cause, subject: problemSubject(problem) }),
  );
  // Matching made gaps of them, too, with a cause that is the same for all.
  const told = new Set(problems.map(({ subject }) => subject));
  return [
    ...gaps.flatMap(({ cause, subject }): readonly KindGap[] =>
      told.has(subject) ? [] : [{ kind: 'vulnerability', cause, subject }],
    ),
    ...problems,
    ...(malware?.failures ?? []).map(
      ({ cause, engine, message }): KindGap => ({ kind: 'malware', cause, subject: `${engine}: ${message}` }),
    ),
    ...(risk?.gaps ?? []).map(({ cause, subject }): KindGap => ({ kind: 'risk', cause, subject })),
  ];
}
