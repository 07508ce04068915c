import type { Readable } from 'node:stream';
import type { FileEntry, FileStat, LayerEntry, LayerLimits } from '../layers/layer-entry.ts';
import { normalisePath, parentOf } from '../layers/normalise-path.ts';
import { walkLayer } from '../layers/walk-layer.ts';
import type { Digest } from '../model/digest.ts';
import type { Finding, LayerReport } from '../model/layer-report.ts';
import type { Analyzer, AnalyzerFile } from './analyzer.ts';
import { LinkTargets } from './link-targets.ts';
import { ReportBuilder } from './report-builder.ts';

export interface AnalyzeOptions {
  readonly analyzers: readonly Analyzer[];
  readonly limits: LayerLimits;
  /** Compressed bytes taken from the blob so far. */
  readonly onProgress?: (compressedBytes: number) => void;
}

const nobody: readonly Analyzer[] = [];

/**
 * Walks a layer once and shows every wanted file to the analyzers that want it. What an analyzer cannot read becomes
 * a problem of the report; only a layer that cannot be read fails.
 * @throws AppError as walkLayer does
 */
export async function analyzeLayer(
  blob: Readable,
  digest: Digest,
  { analyzers, limits, onProgress }: AnalyzeOptions,
  signal: AbortSignal,
): Promise<LayerReport> {
  const report = new ReportBuilder();
  const targets = new LinkTargets();
  const wanting = (path: string): readonly Analyzer[] => {
    // Nobody wants most files: no list is made for those.
    for (const analyzer of analyzers) if (analyzer.wants(path)) return analyzers.filter((each) => each.wants(path));
    return nobody;
  };
  const visit = (entry: LayerEntry): void | Promise<void> => {
    if (entry.type === 'problem') return report.problem(entry.path, 'layer', entry.cause, entry.message);
    if (entry.type === 'whiteout') return report.remove(entry.path);
    if (entry.type === 'opaque') return report.empty(entry.path);
    const path = entry.type === 'file' ? entry.stat.path : entry.path;
    report.replace(path, entry.type === 'directory');
    targets.forget(path);
    const interested = wanting(path);
    if (entry.type === 'file') {
      if (interested.length > 0) return readFile(entry, interested, limits, report);
      report.plainFile(path);
      return targets.mayBeTarget(path, entry.stat.size) ? keepBody(entry, targets) : undefined;
    }
    if (entry.type === 'directory') return interested.length > 0 ? report.directory(path) : undefined;
    report.remove(path);
    if (interested.length === 0) return;
    if (entry.type === 'irregular') return unread(path, interested, `it is ${entry.what}`, report);
    if (entry.hard) followHardLink(path, entry.target, interested, wanting(entry.target), targets, report);
    else followSymlink(path, entry.target, interested, wanting, report);
  };
  const totals = await walkLayer(blob, digest, { limits, visit, ...(onProgress ? { onProgress } : {}) }, signal);
  return { digest, ...totals, ...report.build() };
}

async function readFile(
  entry: FileEntry,
  interested: readonly Analyzer[],
  limits: LayerLimits,
  report: ReportBuilder,
): Promise<void> {
  const { stat } = entry;
  report.file(stat.path, []);
  const able = interested.filter((analyzer) => {
    const most = Math.min(analyzer.maxBytes, limits.maxFileBytes);
    if (stat.size <= most) return true;
    report.problem(
      stat.path,
      analyzer.name,
      'limit-exceeded',
      `the file has ${stat.size} bytes; at most ${most} are read`,
    );
    return false;
  });
  if (able.length === 0) return;
  const file = toAnalyzerFile(stat, await entry.bytes());
  report.file(
    stat.path,
    able.flatMap((analyzer) => analyzeFile(analyzer, file, report)),
  );
}

function toAnalyzerFile(stat: FileStat, bytes: Uint8Array): AnalyzerFile {
  let text: string | undefined;
  return {
    ...stat,
    bytes,
    text() {
      text ??= Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
      return text;
    },
  };
}

function analyzeFile(analyzer: Analyzer, file: AnalyzerFile, report: ReportBuilder): readonly Finding[] {
  const problem = (message: string) => report.problem(file.path, analyzer.name, 'package-unreadable', message);
  try {
    return analyzer.analyze(file, problem);
  } catch (error) {
    problem(`the analyzer failed: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

async function keepBody(entry: FileEntry, targets: LinkTargets): Promise<void> {
  targets.keep(entry.stat.path, await entry.bytes());
}

/** A second name of a file that came before: what was found there, or what its body says under the wanted name. */
function followHardLink(
  path: string,
  target: string,
  interested: readonly Analyzer[],
  shared: readonly Analyzer[],
  targets: LinkTargets,
  report: ReportBuilder,
): void {
  if (interested.every((analyzer) => shared.includes(analyzer)) && report.copy(path, target)) return;
  const bytes = targets.get(target);
  if (bytes === undefined) {
    unread(path, interested, linkTo(target), report);
    return;
  }
  const file = toAnalyzerFile({ path, size: bytes.byteLength, mode: 0 }, bytes);
  report.file(
    path,
    interested.flatMap((analyzer) => analyzeFile(analyzer, file, report)),
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

function unread(path: string, interested: readonly Analyzer[], message: string, report: ReportBuilder): void {
  for (const { name } of interested) report.problem(path, name, 'package-unreadable', message);
}

const linkTo = (target: string) => `it is a link to ${target.slice(0, 200)}, and links are not followed`;

function resolveSymlink(path: string, target: string): string | undefined {
  const joined = target.startsWith('/') ? target : `${parentOf(path)}/${target}`;
  const resolved = normalisePath(joined, Number.MAX_SAFE_INTEGER);
  return 'path' in resolved ? resolved.path : undefined;
}
