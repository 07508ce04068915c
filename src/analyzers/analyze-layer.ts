import type { Readable } from 'node:stream';
import type { FileEntry, FileStat, LayerEntry, LayerLimits } from '../layers/layer-entry.ts';
import { mergedUsr } from '../layers/merged-usr.ts';
import { normalisePath, parentOf } from '../layers/normalise-path.ts';
import { type WalkOptions, walkLayer } from '../layers/walk-layer.ts';
import type { Digest } from '../model/digest.ts';
import type { Finding, LayerReport } from '../model/layer-report.ts';
import type { Analyzer, AnalyzerFile } from './analyzer.ts';
import { findMarks } from './find-marks.ts';
import { LinkTargets } from './link-targets.ts';
import { type ContentWatch, openReaders } from './open-readers.ts';
import { ReportBuilder } from './report-builder.ts';
import { inspectEntry } from './settings/inspect-entry.ts';
import { WaitingFiles } from './waiting-files.ts';
import { WatchedFile } from './watched-file.ts';

export interface AnalyzeOptions extends ContentWatch, Omit<WalkOptions, 'visit'> {
  readonly analyzers: readonly Analyzer[];
}

const nobody: readonly Analyzer[] = [];
/** What `magic` sees of a file. */
const HEAD_BYTES = 512;
const MAX_OWNED_PATH = 4_096;

/**
 * Walks a layer once and shows every file to those who watch all content, and every wanted one to the analyzers that want it.
 * What an analyzer cannot read becomes
 * a problem of the report, and so does the limit that ends a walk; only a layer that cannot be read fails.
 * @throws AppError as walkLayer does
 */
export async function analyzeLayer(
  blob: Readable,
  digest: Digest,
  options: AnalyzeOptions,
  signal: AbortSignal,
): Promise<LayerReport> {
  const { analyzers, limits } = options;
  const report = new ReportBuilder();
  const targets = new LinkTargets();
  const waiting = new WaitingFiles();
  const wanting = (path: string): readonly Analyzer[] => {
    // Nobody wants most files: no list is made for those.
    for (const analyzer of analyzers) if (analyzer.wants(path)) return analyzers.filter((each) => each.wants(path));
    return nobody;
  };
  const takeFile = (entry: FileEntry, interested: readonly Analyzer[]): void | Promise<void> => {
    if (interested.length > 0) return readFile(entry, interested, targets, waiting, options, report);
    report.plainFile(entry.stat.path);
    return keepTarget(entry, targets);
  };
  const visit = (entry: LayerEntry): void | Promise<void> => {
    if (entry.type === 'problem') return report.problem(entry.path, 'layer', entry.cause, entry.message);
    if (entry.type === 'whiteout') return report.remove(entry.path);
    if (entry.type === 'opaque') return report.empty(entry.path);
    const path = entry.type === 'file' ? entry.stat.path : entry.path;
    report.replace(path, entry.type === 'directory');
    targets.forget(path);
    waiting.forget(path, entry.type === 'directory');
    const interested = wanting(path);
    if (entry.type === 'file') {
      if (options.settings) report.settings(path, inspectEntry({ ...entry.stat, type: 'file' }));
      const readers = openReaders(entry.stat, options, report);
      if (readers.length === 0) return takeFile(entry, interested);
      const file = new WatchedFile(entry, readers);
      const taking = takeFile(file, interested);
      return taking ? taking.then(() => file.finish()) : file.finish();
    }
    if (entry.type === 'directory') {
      if (options.settings) report.settings(path, inspectEntry({ ...entry.stat, type: 'directory' }));
      return noteDirectory(path, interested, report);
    }
    report.remove(path);
    if (entry.type === 'irregular' && entry.hasContent && (options.secrets || options.malware))
      report.problem(path, 'content', 'file-unreadable', `it is ${entry.what}: nobody has looked into it`);
    if (interested.length === 0) return;
    if (entry.type === 'irregular') return unread(path, interested, `it is ${entry.what}`, report);
    if (entry.hard) {
      followHardLink(path, entry.target, interested, wanting(entry.target), targets, limits, report);
      waiting.copy(path, entry.target);
    } else followSymlink(path, entry.target, interested, wanting, report);
  };
  const { cut, ...totals } = await walkLayer(blob, digest, { ...options, visit }, signal);
  for (const { analyzer, file, others } of waiting.groups()) {
    report.add(file.path, findIn(analyzer, file, others, options.analyzers, report));
  }
  if (cut !== undefined) report.cut(cut);
  return { digest, ...totals, ...report.build() };
}

async function readFile(
  entry: FileEntry,
  interested: readonly Analyzer[],
  targets: LinkTargets,
  waiting: WaitingFiles,
  { analyzers, limits }: AnalyzeOptions,
  report: ReportBuilder,
): Promise<void> {
  const { stat } = entry;
  const fitting = await sniff(entry, interested);
  if (fitting.length === 0) {
    report.candidate(stat.path);
    return keepTarget(entry, targets);
  }
  report.file(stat.path, []);
  const mostOf = (analyzer: Analyzer) => Math.min(analyzer.maxBytes, limits.maxFileBytes);
  const able = fitting.filter((analyzer) => stat.size <= mostOf(analyzer));
  const unable = fitting.filter((analyzer) => stat.size > mostOf(analyzer));
  // Where somebody reads it all the same, nobody can look for marks before.
  const missing = able.length > 0 ? unable : await whoMissesSomething(entry, unable);
  for (const analyzer of missing) {
    const message = `the file has ${stat.size} bytes; at most ${mostOf(analyzer)} are read`;
    report.problem(stat.path, analyzer.name, 'limit-exceeded', message);
  }
  if (able.length === 0) return;
  const file = toAnalyzerFile(stat, await entry.bytes(), limits);
  for (const analyzer of able) {
    const main = analyzer.readWith?.(stat.path);
    if (main === undefined) report.add(stat.path, findIn(analyzer, file, [], analyzers, report));
    else waiting.add(analyzer, file, main);
  }
}

function findIn(
  analyzer: Analyzer,
  file: AnalyzerFile,
  others: readonly AnalyzerFile[],
  analyzers: readonly Analyzer[],
  report: ReportBuilder,
): readonly Finding[] {
  return analyzeFile(analyzer, file, others, report).map((finding) => onlyWanted(finding, analyzer, analyzers));
}

/** Those whose files may begin as this one does: the programs of a distribution are not all read into memory. */
async function sniff(entry: FileEntry, interested: readonly Analyzer[]): Promise<readonly Analyzer[]> {
  if (interested.every(({ magic }) => magic === undefined)) return interested;
  const head = await entry.head(HEAD_BYTES);
  return interested.filter((analyzer) => analyzer.magic?.(head) ?? true);
}

/** Of those that cannot have the file in memory, whose marks are in it, or who have none. */
async function whoMissesSomething(entry: FileEntry, unable: readonly Analyzer[]): Promise<readonly Analyzer[]> {
  const marks = unable.flatMap((analyzer) => analyzer.marks ?? []);
  if (marks.length === 0) return unable;
  const held = await findMarks(entry.parts(), marks);
  return unable.filter((analyzer) => analyzer.marks?.some((mark) => held.has(mark)) ?? true);
}

/** Of the files that a package owns, those that somebody else wants: a report is no listing of the image. */
function onlyWanted(finding: Finding, finder: Analyzer, analyzers: readonly Analyzer[]): Finding {
  if (finding.kind !== 'ownership') return finding;
  const paths = finding.paths.flatMap((written) => {
    const normalised = normalisePath(written, MAX_OWNED_PATH);
    if ('problem' in normalised) return [];
    const path = mergedUsr(normalised.path);
    return analyzers.some((analyzer) => analyzer !== finder && analyzer.wants(path)) ? [path] : [];
  });
  return { ...finding, paths };
}

function toAnalyzerFile(stat: FileStat, bytes: Uint8Array, { maxNesting }: LayerLimits): AnalyzerFile {
  let text: string | undefined;
  return {
    ...stat,
    bytes,
    maxNesting,
    text() {
      text ??= Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
      return text;
    },
  };
}

function analyzeFile(
  analyzer: Analyzer,
  file: AnalyzerFile,
  others: readonly AnalyzerFile[],
  report: ReportBuilder,
): readonly Finding[] {
  const problem = (message: string) => report.problem(file.path, analyzer.name, 'package-unreadable', message);
  try {
    return analyzer.analyze(file, problem, others);
  } catch (error) {
    problem(`the analyzer failed: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

function keepTarget(entry: FileEntry, targets: LinkTargets): void | Promise<void> {
  const { path, size } = entry.stat;
  if (targets.mayBeTarget(path, size)) return entry.bytes().then((bytes) => targets.keep(path, bytes));
}

/** It takes the place of a file that somebody wanted; where a file would only have been looked at, some will do. */
function noteDirectory(path: string, interested: readonly Analyzer[], report: ReportBuilder): void {
  if (interested.some(({ magic }) => magic === undefined)) report.directory(path);
  else if (interested.length > 0) report.plainDirectory(path);
}

/** A second name of a file that came before: what was found there, or what its body says under the wanted name. */
function followHardLink(
  path: string,
  target: string,
  interested: readonly Analyzer[],
  shared: readonly Analyzer[],
  targets: LinkTargets,
  limits: LayerLimits,
  report: ReportBuilder,
): void {
  if (interested.every((analyzer) => shared.includes(analyzer)) && report.copy(path, target)) return;
  const bytes = targets.get(target);
  if (bytes === undefined) {
    unread(path, interested, linkTo(target), report);
    return;
  }
  const file = toAnalyzerFile({ path, size: bytes.byteLength, mode: 0 }, bytes, limits);
  const fitting = interested.filter((analyzer) => analyzer.magic?.(bytes.subarray(0, HEAD_BYTES)) ?? true);
  report.file(
    path,
    fitting.flatMap((analyzer) => analyzeFile(analyzer, file, [], report)),
  );
}

/** Never followed; but what it names is found at its own path when somebody wants it there, as usr/lib/os-release. */
function followSymlink(
  path: string,
  target: string,
  interested: readonly Analyzer[],
  wanting: (path: string) => readonly Analyzer[],
  report: ReportBuilder,
): void {
  const resolved = resolveSymlink(path, target);
  const shared = resolved === undefined ? [] : wanting(resolved);
  const missed = interested.filter((analyzer) => !shared.includes(analyzer));
  unread(path, missed, linkTo(target), report);
}

/** No problem to an analyzer that only looks at what may be one of its files. */
function unread(path: string, interested: readonly Analyzer[], message: string, report: ReportBuilder): void {
  for (const { name, magic } of interested) {
    if (magic === undefined) report.problem(path, name, 'package-unreadable', message);
  }
}

const linkTo = (target: string) => `it is a link to ${target.slice(0, 200)}, and links are not followed`;

function resolveSymlink(path: string, target: string): string | undefined {
  const joined = target.startsWith('/') ? target : `${parentOf(path)}/${target}`;
  const resolved = normalisePath(joined, Number.MAX_SAFE_INTEGER);
  return 'path' in resolved ? resolved.path : undefined;
}
