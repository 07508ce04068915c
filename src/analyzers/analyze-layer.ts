import type { Readable } from 'node:stream';
import type { FileEntry, FileStat, LayerEntry, LayerLimits } from '../layers/layer-entry.ts';
import { normalisePath, parentOf } from '../layers/normalise-path.ts';
import { walkLayer } from '../layers/walk-layer.ts';
import { AppError } from '../model/app-error.ts';
import type { Cause } from '../model/cause.ts';
import type { Digest } from '../model/digest.ts';
import type { Finding, LayerReport, Problem } from '../model/layer-report.ts';
import type { Analyzer, AnalyzerFile } from './analyzer.ts';

export interface AnalyzeOptions {
  readonly analyzers: readonly Analyzer[];
  readonly limits: LayerLimits;
  /** Compressed bytes taken from the blob so far. */
  readonly onProgress?: (compressedBytes: number) => void;
}

/** A hostile layer must not fill memory with complaints; the last one says that there were more. */
const MAX_PROBLEMS = 1_000;
/** Paths and findings together, so that a layer of a million links cannot fill memory and store; a real one has under 2 Mi. */
const MAX_REPORT_CHARACTERS = 64 * 1024 ** 2;
/** What a finding weighs in that sum; analyzers bound its texts. */
const FINDING_CHARACTERS = 256;
/** How many regular files nobody wants are listed in `removed`, in case a lower layer had a folder there. */
const MAX_PLAIN_FILES = 2_000;
// A file where a package's folder may have been: listed however large the layer is.
const PACKAGE_FOLDER = /(?:^|\/)(?:node_modules(?:\/@[^/]+)?|[^/]+-packages)\/[^/]+$/;

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
  const wanting = (path: string) => analyzers.filter((analyzer) => analyzer.wants(path));
  const visit = (entry: LayerEntry): void | Promise<void> => {
    if (entry.type === 'problem') return report.problem(entry.path, 'layer', entry.cause, entry.message);
    if (entry.type === 'whiteout') return report.remove(entry.path);
    if (entry.type === 'opaque') return report.empty(entry.path);
    const path = entry.type === 'file' ? entry.stat.path : entry.path;
    report.replace(path, entry.type === 'directory');
    const interested = wanting(path);
    if (entry.type === 'file')
      return interested.length > 0 ? readFile(entry, interested, limits, report) : report.plainFile(path);
    if (entry.type !== 'directory' || interested.length > 0) report.remove(path);
    if (entry.type === 'link') followLink(entry, interested, wanting, report);
    else if (entry.type === 'irregular') {
      for (const { name } of interested) report.problem(path, name, 'package-unreadable', `it is ${entry.what}`);
    }
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

/** A link is never followed; but what it names is found at its own path when somebody wants it there. */
function followLink(
  link: Extract<LayerEntry, { type: 'link' }>,
  interested: readonly Analyzer[],
  wanting: (path: string) => readonly Analyzer[],
  report: ReportBuilder,
): void {
  const target = link.hard ? link.target : resolveSymlink(link.path, link.target);
  const shared = target === undefined ? [] : wanting(target);
  if (
    link.hard &&
    interested.length > 0 &&
    interested.every((analyzer) => shared.includes(analyzer)) &&
    report.copy(link.path, target ?? '')
  )
    return;
  for (const analyzer of interested) {
    // A symlinked etc/os-release is normal: usr/lib/os-release is wanted too.
    if (!link.hard && shared.includes(analyzer)) continue;
    report.problem(
      link.path,
      analyzer.name,
      'package-unreadable',
      `it is a link to ${link.target.slice(0, 200)}, and links are not followed`,
    );
  }
}

function resolveSymlink(path: string, target: string): string | undefined {
  const joined = target.startsWith('/') ? target : `${parentOf(path)}/${target}`;
  const resolved = normalisePath(joined, Number.MAX_SAFE_INTEGER);
  return 'path' in resolved ? resolved.path : undefined;
}

/** Collects what a report says about paths; a later entry of the same path takes the place of the earlier one. */
class ReportBuilder {
  readonly #files = new Map<string, readonly Finding[]>();
  /** Folders above wanted files, to notice when one is replaced within the layer. */
  readonly #folders = new Set<string>();
  readonly #removed = new Set<string>();
  readonly #emptied = new Set<string>();
  readonly #problems: Problem[] = [];
  #plainFiles = 0;
  #characters = 0;

  file(path: string, findings: readonly Finding[]): void {
    this.#grow(path.length + findings.length * FINDING_CHARACTERS);
    this.#files.set(path, findings);
    for (let folder = parentOf(path); folder !== '' && !this.#folders.has(folder); folder = parentOf(folder)) {
      this.#folders.add(folder);
    }
  }

  /** What lay at `path` earlier in this layer is gone; a directory leaves what is below it. */
  replace(path: string, isDirectory: boolean): void {
    this.#files.delete(path);
    if (isDirectory || !this.#folders.delete(path)) return;
    for (const file of this.#files.keys()) if (file.startsWith(`${path}/`)) this.#files.delete(file);
  }

  copy(path: string, target: string): boolean {
    const findings = this.#files.get(target);
    if (findings) this.file(path, findings);
    return findings !== undefined;
  }

  plainFile(path: string): void {
    if (this.#plainFiles < MAX_PLAIN_FILES || PACKAGE_FOLDER.test(path)) this.remove(path);
    this.#plainFiles++;
  }

  remove(path: string): void {
    this.#grow(path.length);
    this.#removed.add(path);
  }

  empty(path: string): void {
    this.#grow(path.length);
    this.#emptied.add(path);
  }

  problem(path: string, analyzer: string, cause: Cause, message: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ path, analyzer, cause, message });
    else if (this.#problems.length === MAX_PROBLEMS) {
      this.#problems.push({
        path,
        analyzer,
        cause: 'limit-exceeded',
        message: `there are more than ${MAX_PROBLEMS} problems; this one and the rest are left out`,
      });
    }
  }

  #grow(characters: number): void {
    this.#characters += characters;
    if (this.#characters <= MAX_REPORT_CHARACTERS) return;
    throw new AppError('limit-exceeded', 'there are more links, whiteouts or packages in it than any real layer has');
  }

  build(): Pick<LayerReport, 'files' | 'removed' | 'emptied' | 'problems'> {
    return {
      files: Object.fromEntries(this.#files),
      removed: [...this.#removed],
      emptied: [...this.#emptied],
      problems: this.#problems,
    };
  }
}
