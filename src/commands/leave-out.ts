import { open } from 'node:fs/promises';
import { AppError } from '../model/app-error.ts';
import { parseReference } from '../oci/parse-reference.ts';
import { applyIgnoreRules, hasExpired } from '../reports/ignore/apply-ignore-rules.ts';
import type { IgnoreRule } from '../reports/ignore/ignore-rule.ts';
import { parseIgnoreFile } from '../reports/ignore/parse-ignore-file.ts';
import { suppress } from '../reports/suppress.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import { applyVex, type VexImage } from '../vex/apply-vex.ts';
import { ofFile } from '../vex/of-file.ts';
import { parseVex } from '../vex/parse-vex.ts';
import type { VexStatement } from '../vex/vex-statement.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { printable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';

/** Taken from the working folder when it is there and no other is named. */
export const DEFAULT_IGNORE_FILE = '.plimsollignore';
const MAX_IGNORE_BYTES = 4 * 1024 ** 2;
const MAX_VEX_BYTES = 32 * 1024 ** 2;
const PROBLEMS_SHOWN = 5;
const SCHEME = /^https?:\/\//;
const PATH = /^[./]/;
const FAULTS_SHOWN = 5;

export interface LeaveOutOptions {
  /** false: none, not even the default one. */
  readonly ignoreFile?: string | false;
  readonly ignoreUnfixed?: true;
  /** Files of VEX statements, in the order in which they are applied. */
  readonly vex?: readonly string[];
}

/** What a person wants left out, read and checked before the scan begins. */
export interface LeftOut {
  readonly rules: readonly IgnoreRule[];
  /** The file of the rules. */
  readonly source: string;
  readonly unfixed: boolean;
  /** Of all files, in their order. */
  readonly vex: readonly VexStatement[];
}

/**
 * Reads what is to be left out; says on stderr when the default file is used, which rules have expired and which
 * statements cannot be read.
 * @throws CommandFailure `usage`: a file that is not there, or a line that says nothing valid
 */
export async function readLeftOut(options: LeaveOutOptions, terminal: Terminal, now: Date): Promise<LeftOut> {
  const unfixed = options.ignoreUnfixed === true;
  const vex = (await Promise.all((options.vex ?? []).map((path) => readVex(path, terminal)))).flat();
  const source = options.ignoreFile ?? DEFAULT_IGNORE_FILE;
  const bytes = source === false ? undefined : await readSmallFile(source, '--ignore-file', MAX_IGNORE_BYTES);
  if (source === false || bytes === undefined) {
    if (typeof options.ignoreFile !== 'string') return { rules: [], source: '', unfixed, vex };
    throw noSuchFile(options.ignoreFile, '--ignore-file');
  }
  const rules = parsed(bytes.toString('utf8'), source);
  if (options.ignoreFile === undefined) terminal.note(`Ignoring by ${source}; --no-ignore-file counts everything.\n`);
  for (const rule of rules.filter((each) => hasExpired(each, now)))
    terminal.note(
      `warning: ${source}:${rule.line}: ${rule.id} is ignored until ${rule.until} only, and counts again.\n`,
    );
  return { rules, source, unfixed, vex };
}

/** The report without what is to be left out; nothing is lost, it moves to `suppressed`. */
export function leaveOut(report: ScanReport, { rules, source, unfixed, vex }: LeftOut, now: Date): ScanReport {
  const image = vexImageOf(report);
  const stated = applyVex(report, vex, image);
  const ruled = applyIgnoreRules(stated, rules, source, now);
  if (!unfixed) return ruled;
  return suppress(ruled, 'ignored', (_, affected) =>
    affected.fixedVersion === undefined ? 'there is no fix (--ignore-unfixed)' : undefined,
  );
}

function vexImageOf({ inventory, digest, imageId, reference }: ScanReport): VexImage {
  const repository = repositoryOf(reference);
  return {
    os: inventory.os,
    digests: digest ? [digest, imageId] : [imageId],
    ...(repository ? { repository } : {}),
  };
}

/** `registry.example.com/team/app`; undefined for a file or folder. */
function repositoryOf(text: string): string | undefined {
  if (PATH.test(text)) return undefined;
  try {
    const { registry, repository } = parseReference(text.replace(SCHEME, ''));
    return `${registry}/${repository}`;
  } catch (error) {
    if (error instanceof AppError) return undefined; // an archive, whatever it is called
    throw error;
  }
}

async function readVex(path: string, terminal: Terminal): Promise<LeftOut['vex']> {
  const bytes = await readSmallFile(path, '--vex', MAX_VEX_BYTES);
  if (!bytes) throw noSuchFile(path, '--vex');
  try {
    const { statements, problems } = parseVex(bytes);
    for (const problem of problems.slice(0, PROBLEMS_SHOWN))
      terminal.note(printable(`warning: ${path}: ${problem}; this statement is not used.`).concat('\n'));
    if (problems.length > PROBLEMS_SHOWN)
      terminal.note(`warning: ${printable(path)}: and ${problems.length - PROBLEMS_SHOWN} more.\n`);
    return ofFile(statements, path);
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw new CommandFailure(`${printable(path)} cannot be read as VEX: ${printable(cause.message)}.`, {
      exitCode: exitCodes.usage,
      fix: 'Give --vex a document of OpenVEX or CycloneDX, in JSON.',
      cause,
    });
  }
}

const noSuchFile = (path: string, option: string) =>
  new CommandFailure(`There is no file ${printable(path)}.`, {
    exitCode: exitCodes.usage,
    fix: `Give ${option} the path of a file, or leave it out.`,
  });

function parsed(text: string, source: string): readonly IgnoreRule[] {
  const { rules, faults } = parseIgnoreFile(text);
  if (faults.length === 0) return rules;
  const lines = faults.slice(0, FAULTS_SHOWN).map(({ line, message }) => printable(`  ${source}:${line}: ${message}`));
  const more = faults.length > FAULTS_SHOWN ? [`  and ${faults.length - FAULTS_SHOWN} more`] : [];
  throw new CommandFailure([`${printable(source)} cannot be read.`, ...lines, ...more].join('\n'), {
    exitCode: exitCodes.usage,
    fix: 'A line is an id, then kind=, package=, path=, fingerprint= or until=YYYY-MM-DD, then # and why: CVE-2024-1234 package=libssl3 # ticket 17',
  });
}

/** A file, whole; undefined when there is none. `option` is what names it. */
async function readSmallFile(path: string, option: string, mostBytes: number): Promise<Buffer | undefined> {
  const failed = (why: string, cause?: unknown) =>
    new CommandFailure(`${printable(path)} cannot be read: ${printable(why)}.`, {
      exitCode: exitCodes.usage,
      fix: `Give ${option} the path of a text file of at most ${mostBytes} bytes.`,
      cause,
    });
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      if (size > mostBytes) throw failed(`it has ${size} bytes`);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw failed(error instanceof Error ? error.message : String(error), error);
  }
}
