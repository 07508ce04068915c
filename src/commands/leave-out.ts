import { open } from 'node:fs/promises';
import { applyIgnoreRules, hasExpired } from '../reports/ignore/apply-ignore-rules.ts';
import type { IgnoreRule } from '../reports/ignore/ignore-rule.ts';
import { parseIgnoreFile } from '../reports/ignore/parse-ignore-file.ts';
import { suppress } from '../reports/suppress.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { printable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';

/** Taken from the working folder when it is there and no other is named. */
export const DEFAULT_IGNORE_FILE = '.plimsollignore';
const MAX_FILE_BYTES = 4 * 1024 ** 2;
const FAULTS_SHOWN = 5;

export interface LeaveOutOptions {
  /** false: none, not even the default one. */
  readonly ignoreFile?: string | false;
  readonly ignoreUnfixed?: true;
}

/** What a person wants left out, read and checked before the scan begins. */
export interface LeftOut {
  readonly rules: readonly IgnoreRule[];
  /** The file of the rules. */
  readonly source: string;
  readonly unfixed: boolean;
}

/**
 * Reads what is to be left out; says on stderr when the default file is used and which rules have expired.
 * @throws CommandFailure `usage`: a file that is not there, or a line that says nothing valid
 */
export async function readLeftOut(options: LeaveOutOptions, terminal: Terminal, now: Date): Promise<LeftOut> {
  const unfixed = options.ignoreUnfixed === true;
  const source = options.ignoreFile ?? DEFAULT_IGNORE_FILE;
  const text = source === false ? undefined : await readText(source, '--ignore-file');
  if (source === false || text === undefined) {
    if (typeof options.ignoreFile !== 'string') return { rules: [], source: '', unfixed };
    throw new CommandFailure(`There is no file ${printable(options.ignoreFile)}.`, {
      exitCode: exitCodes.usage,
      fix: 'Give --ignore-file the path of a file, or leave it out.',
    });
  }
  const rules = parsed(text, source);
  if (options.ignoreFile === undefined) terminal.note(`Ignoring by ${source}; --no-ignore-file counts everything.\n`);
  for (const rule of rules.filter((each) => hasExpired(each, now)))
    terminal.note(
      `warning: ${source}:${rule.line}: ${rule.id} is ignored until ${rule.until} only, and counts again.\n`,
    );
  return { rules, source, unfixed };
}

/** The report without what is to be left out; nothing is lost, it moves to `suppressed`. */
export function leaveOut(report: ScanReport, { rules, source, unfixed }: LeftOut, now: Date): ScanReport {
  const ruled = applyIgnoreRules(report, rules, source, now);
  if (!unfixed) return ruled;
  return suppress(ruled, 'ignored', (_, affected) =>
    affected.fixedVersion === undefined ? 'there is no fix (--ignore-unfixed)' : undefined,
  );
}

function parsed(text: string, source: string): readonly IgnoreRule[] {
  const { rules, faults } = parseIgnoreFile(text);
  if (faults.length === 0) return rules;
  const lines = faults.slice(0, FAULTS_SHOWN).map(({ line, message }) => printable(`  ${source}:${line}: ${message}`));
  const more = faults.length > FAULTS_SHOWN ? [`  and ${faults.length - FAULTS_SHOWN} more`] : [];
  throw new CommandFailure([`${printable(source)} cannot be read.`, ...lines, ...more].join('\n'), {
    exitCode: exitCodes.usage,
    fix: 'A line is an id, then package=, path= or until=YYYY-MM-DD, then # and why: CVE-2024-1234 package=libssl3 # ticket 17',
  });
}

/** A small file as text; undefined when there is none. `option` is what names it. */
export async function readText(path: string, option: string): Promise<string | undefined> {
  const failed = (why: string, cause?: unknown) =>
    new CommandFailure(`${printable(path)} cannot be read: ${why}.`, {
      exitCode: exitCodes.usage,
      fix: `Give ${option} the path of a text file of at most ${MAX_FILE_BYTES} bytes.`,
      cause,
    });
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      if (size > MAX_FILE_BYTES) throw failed(`it has ${size} bytes`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw failed(error instanceof Error ? error.message : String(error), error);
  }
}
