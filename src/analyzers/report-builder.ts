import { PathMap } from '../layers/path-map.ts';
import { AppError } from '../model/app-error.ts';
import type { Cause } from '../model/cause.ts';
import type { Finding, LayerReport, Problem } from '../model/layer-report.ts';

/** A hostile layer must not fill memory with complaints; the last one says that there were more. */
const MAX_PROBLEMS = 1_000;
/** Paths, the folders above them and findings together, so that a layer of a million links cannot fill memory and store; a real one has under 2 Mi. */
const MAX_REPORT_CHARACTERS = 64 * 1024 ** 2;
/** What a finding weighs in that sum; analyzers bound its texts. */
const FINDING_CHARACTERS = 256;
/** How many regular files nobody wants are listed in `removed`, in case a lower layer had a folder there. */
const MAX_PLAIN_FILES = 2_000;
// A file where a package's folder may have been: listed however large the layer is.
const PACKAGE_FOLDER = /(?:^|\/)(?:node_modules(?:\/@[^/]+)?|[^/]+-packages)\/[^/]+$/;

/** Collects what a report says about paths; a later entry of the same path takes the place of the earlier one. */
export class ReportBuilder {
  readonly #files = new PathMap<readonly Finding[]>();
  readonly #removed = new Set<string>();
  readonly #directories = new Set<string>();
  readonly #emptied = new Set<string>();
  readonly #problems = new PathMap<readonly Problem[]>();
  #problemCount = 0;
  #leftOut: Problem | undefined;
  #plainFiles = 0;
  #characters = 0;

  file(path: string, findings: readonly Finding[]): void {
    const before = this.#files.folderCharacters;
    this.#files.set(path, findings);
    const folders = this.#files.folderCharacters - before;
    this.#grow(path.length + folders + findings.length * FINDING_CHARACTERS);
  }

  /** What lay at `path` earlier in this layer is gone; a directory leaves what is below it. */
  replace(path: string, isDirectory: boolean): void {
    for (const paths of [this.#files, this.#problems]) {
      paths.delete(path);
      if (!isDirectory) paths.deleteBelow(path);
    }
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

  directory(path: string): void {
    this.#grow(path.length);
    this.#directories.add(path);
  }

  empty(path: string): void {
    this.#grow(path.length);
    this.#emptied.add(path);
  }

  problem(path: string, analyzer: string, cause: Cause, message: string): void {
    this.#problemCount++;
    if (this.#problemCount > MAX_PROBLEMS) {
      const message = `there are more than ${MAX_PROBLEMS} problems; the rest is left out`;
      // At no path that an upper layer could overwrite.
      this.#leftOut ??= { path: '.', analyzer: 'layer', cause: 'limit-exceeded', message };
      return;
    }
    this.#problems.set(path, [...(this.#problems.get(path) ?? []), { path, analyzer, cause, message }]);
  }

  #grow(characters: number): void {
    this.#characters += characters;
    if (this.#characters <= MAX_REPORT_CHARACTERS) return;
    throw new AppError('limit-exceeded', 'there are more links, whiteouts or packages in it than any real layer has');
  }

  build(): Pick<LayerReport, 'files' | 'removed' | 'directories' | 'emptied' | 'problems'> {
    return {
      files: Object.fromEntries(this.#files.entries()),
      removed: [...this.#removed],
      directories: [...this.#directories],
      emptied: [...this.#emptied],
      problems: [...this.#problems.values(), this.#leftOut ?? []].flat(),
    };
  }
}
