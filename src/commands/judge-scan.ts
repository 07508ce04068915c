import type { Cause } from '../model/cause.ts';
import { causeTexts } from '../model/cause-texts.ts';
import type { ScanKind } from '../model/scan.ts';
import { kindCoverage, kindGaps } from '../reports/kind-coverage.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import { adviceOf } from './command-advice.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { knowsExploited } from './describe-snapshot.ts';
import { brokenRules, type FailRule, lacksEpss } from './fail-on.ts';
import { printable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { wrap } from './output/wrap.ts';

const SUBJECTS_SHOWN = 5;
const UNCUT = Number.POSITIVE_INFINITY;

/**
 * Whether an image may pass. A broken policy outranks what is unknown: it is certain.
 * @throws CommandFailure `policy` where a rule is broken, `incomplete` where not everything is known
 */
export function judgeScan(report: ScanReport, failOn: readonly FailRule[], terminal: Terminal): void {
  const lines = (texts: readonly string[]) => texts.map((text) => wrap(`  ${text}`, terminal.width ?? UNCUT, '    '));
  const warnings = warningsOf(report);
  if (warnings.length > 0)
    terminal.note(`${['warning: malware engines lack something.', ...lines(warnings)].join('\n')}\n`);
  const broken = brokenRules(report, failOn);
  if (broken.length > 0) {
    throw new CommandFailure(
      printable(`${report.reference} breaks the policy.`).concat(`\n  ${broken.map(printable).join('\n  ')}`),
      {
        exitCode: exitCodes.policy,
      },
    );
  }
  if (failOn.includes('kev') && report.snapshot && !knowsExploited(report.snapshot)) {
    throw new CommandFailure(
      'Nobody can say what is exploited: there is no catalogue of it, so kev cannot be judged.',
      {
        exitCode: exitCodes.incomplete,
        fix: 'plimsoll advisories update, or plimsoll advisories import <folder> --kev <file>',
      },
    );
  }
  if (lacksEpss(report, failOn)) {
    throw new CommandFailure(
      'Nobody can say how likely exploitation is: there are no EPSS scores, so epss cannot be judged.',
      {
        exitCode: exitCodes.incomplete,
        fix: 'Set PLIMSOLL_EPSS_URL, then plimsoll advisories update.',
      },
    );
  }
  const incomplete = report.kinds.flatMap((kind) => describeCoverage(report, kind, lines));
  if (incomplete.length > 0) throw new CommandFailure(incomplete.join('\n'), { exitCode: exitCodes.incomplete });
}

const kindWords: Readonly<Record<ScanKind, readonly [subject: string, unknown: string]>> = {
  vulnerability: ['vulnerabilities', 'an empty list does not mean that it is safe'],
  malware: ['malicious files', 'that none are listed does not mean that it has none'],
  risk: ['secrets and risky settings', 'that none are listed does not mean that it has none'],
};

/** What is not fully known of a kind, why and what to do; empty when it is. */
function describeCoverage(
  report: ScanReport,
  kind: ScanKind,
  lines: (texts: readonly string[]) => readonly string[],
): readonly string[] {
  const coverage = kindCoverage(report, kind);
  if (coverage === 'known') return [];
  const [subject, unknown] = kindWords[kind];
  const message =
    coverage === 'partial'
      ? `The ${subject} of ${report.reference} are a lower bound: not everything could be read or decided.`
      : `The ${subject} of ${report.reference} are unknown: ${unknown}.`;
  const gaps = kindGaps(report).filter((gap) => gap.kind === kind);
  return [printable(message), ...lines(describeCauses(gaps))];
}

/** Each cause once, with what it concerns and what to do. */
function describeCauses(gaps: readonly { readonly cause: Cause; readonly subject: string }[]): readonly string[] {
  return [...Map.groupBy(gaps, ({ cause }) => cause)].map(([cause, concerned]) => {
    const subjects = concerned.slice(0, SUBJECTS_SHOWN).map(({ subject }) => subject);
    const more = concerned.length > subjects.length ? ` and ${concerned.length - subjects.length} more` : '';
    return printable(`${causeTexts[cause].reason.en} (${subjects.join(', ')}${more}). ${adviceOf(cause)}`);
  });
}

function warningsOf({ malware }: ScanReport): readonly string[] {
  const gaps = (malware?.warnings ?? []).map(({ cause, engine, message }) => ({
    cause,
    subject: `${engine}: ${message}`,
  }));
  return describeCauses(gaps);
}
