import { mergedUsr } from '../layers/merged-usr.ts';
import { PathMap } from '../layers/path-map.ts';
import { AppError } from '../model/app-error.ts';
import type { Cause } from '../model/cause.ts';
import type { Finding, LayerReport, Problem } from '../model/layer-report.ts';
import type { Secret } from '../model/secret.ts';
import type { SettingFinding } from '../model/setting-finding.ts';

/** A hostile layer must not fill memory with complaints; the last one says that there were more. */
const MAX_PROBLEMS = 1_000;
/** Paths, the folders above them and findings together, so that a layer of a million links cannot fill memory and store; a real one has under 2 Mi. */
const MAX_REPORT_CHARACTERS = 64 * 1024 ** 2;
/** Of one layer; each is a row of the risk list. */
const MAX_SECRETS = 5_000;
/** Of one layer; many are summed up in the risk list. */
const MAX_SETTINGS = 50_000;
/** What a finding weighs in that sum; analyzers bound its texts. */
const FINDING_CHARACTERS = 256;
/** Files that only their content could have made interesting: a layer of more than so much of their paths is cut with a word. */
const MAX_CANDIDATE_CHARACTERS = 16 * 1024 ** 2;
/** How many regular files nobody wants are listed in `removed`, in case a lower layer had a folder there. */
const MAX_PLAIN_FILES = 2_000;
// A file where a package's folder may have been, or a program that a lower layer may have setuid: listed however large the layer is.
const ALWAYS_LISTED = /(?:^|\/)(?:s?bin|node_modules(?:\/@[^/]+)?|[^/]+-packages)\/[^/]+$/;

/** Collects what a report says about paths; a later entry of the same path takes the place of the earlier one. */
export class ReportBuilder {
  readonly #files = new PathMap<readonly Finding[]>();
  readonly #removed = new Set<string>();
  readonly #directories = new Set<string>();
  readonly #emptied = new Set<string>();
  readonly #problems = new PathMap<readonly Problem[]>();
  readonly #secrets = new PathMap<readonly Secret[]>();
  readonly #settings = new PathMap<readonly SettingFinding[]>();
  #secretCount = 0;
  #settingCount = 0;
  #problemCount = 0;
  #leftOut: Problem | undefined;
  #cut: Problem | undefined;
  #nothing: ReadonlySet<string> | undefined;
  #plainFiles = 0;
  #plainDirectories = 0;
  #candidateCharacters = 0;
  #characters = 0;

  file(path: string, findings: readonly Finding[]): void {
    const before = this.#files.folderCharacters;
    this.#files.set(path, findings);
    const folders = this.#files.folderCharacters - before;
    const weight = findings.reduce((sum, finding) => sum + weightOf(finding), 0);
    this.#grow(path.length + folders + weight);
  }

  /** More that was found in a file that is here already. */
  add(path: string, findings: readonly Finding[]): void {
    if (findings.length > 0) this.file(path, [...(this.#files.get(path) ?? []), ...findings]);
  }

  /** What lay at `path` earlier in this layer is gone; a directory leaves what is below it. */
  replace(path: string, isDirectory: boolean): void {
    for (const paths of [this.#files, this.#problems, this.#secrets, this.#settings]) {
      paths.delete(path);
      if (!isDirectory) paths.deleteBelow(path);
    }
  }

  /** `cut`: there were more in the file. */
  secrets(path: string, { secrets, cut }: { readonly secrets: readonly Secret[]; readonly cut: boolean }): void {
    if (cut)
      this.problem(path, 'secrets', 'limit-exceeded', `more than ${secrets.length} secrets; the rest is left out`);
    if (secrets.length === 0) return;
    this.#secretCount += secrets.length;
    if (this.#secretCount > MAX_SECRETS) {
      if (this.#secretCount - secrets.length > MAX_SECRETS) return;
      this.problem(
        '.',
        'secrets',
        'limit-exceeded',
        `the layer has more than ${MAX_SECRETS} secrets; those are left out`,
      );
      return;
    }
    this.#grow(path.length + secrets.length * FINDING_CHARACTERS);
    this.#secrets.set(path, secrets);
  }

  settings(path: string, findings: readonly SettingFinding[]): void {
    if (findings.length === 0) return;
    this.#settingCount += findings.length;
    if (this.#settingCount > MAX_SETTINGS) {
      if (this.#settingCount - findings.length > MAX_SETTINGS) return;
      const message = `the layer has more than ${MAX_SETTINGS} risky settings; the others are left out`;
      this.problem('.', 'settings', 'limit-exceeded', message);
      return;
    }
    this.#grow(path.length + findings.length * FINDING_CHARACTERS);
    this.#settings.set(path, [...(this.#settings.get(path) ?? []), ...findings]);
  }

  copy(path: string, target: string): boolean {
    const findings = this.#files.get(target);
    if (findings) this.file(path, findings);
    return findings !== undefined;
  }

  plainFile(path: string): void {
    if (this.#plainFiles < MAX_PLAIN_FILES || ALWAYS_LISTED.test(path)) this.remove(path);
    this.#plainFiles++;
  }

  /** A file that was wanted until its first bytes were seen: it may take the place of one that was read. */
  candidate(path: string): void {
    this.#candidateCharacters += path.length;
    if (this.#candidateCharacters <= MAX_CANDIDATE_CHARACTERS) {
      this.remove(path);
      return;
    }
    if (this.#candidateCharacters - path.length > MAX_CANDIDATE_CHARACTERS) return;
    const message = 'there are so many files without an ending that it is not known for all what they replace';
    this.problem('.', 'layer', 'limit-exceeded', message);
  }

  remove(path: string): void {
    this.#grow(path.length);
    this.#removed.add(path);
  }

  directory(path: string): void {
    this.#grow(path.length);
    this.#directories.add(path);
  }

  plainDirectory(path: string): void {
    if (this.#plainDirectories < MAX_PLAIN_FILES) this.directory(path);
    this.#plainDirectories++;
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

  /** The walk ended here: `message` names the limit. */
  cut(message: string): void {
    const consequence = 'what comes after it in the layer is unknown';
    this.#cut = { path: '.', analyzer: 'layer', cause: 'limit-exceeded', message: `${message}; ${consequence}` };
  }

  /** Without the paths at which this very layer has nothing to own. */
  #ownedHere(findings: readonly Finding[]): readonly Finding[] {
    if (!findings.some(({ kind }) => kind === 'ownership')) return findings;
    const nothing = this.#pathsOfNothing();
    return findings.flatMap((finding): readonly Finding[] => {
      if (finding.kind !== 'ownership') return [finding];
      const paths = finding.paths.filter((path) => !nothing.has(path));
      return paths.length === 0 ? [] : [{ ...finding, paths }];
    });
  }

  #pathsOfNothing(): ReadonlySet<string> {
    if (this.#nothing) return this.#nothing;
    const empty = [...this.#files.entries()].flatMap(([path, found]) =>
      found.length === 0 && this.#problems.get(path) === undefined ? [path] : [],
    );
    this.#nothing = new Set([...empty, ...this.#removed, ...this.#directories].map(mergedUsr));
    return this.#nothing;
  }

  #grow(characters: number): void {
    this.#characters += characters;
    if (this.#characters <= MAX_REPORT_CHARACTERS) return;
    throw new AppError('limit-exceeded', 'there are more links, whiteouts or packages in it than any real layer has');
  }

  build(): Pick<LayerReport, 'files' | 'removed' | 'directories' | 'emptied' | 'secrets' | 'settings' | 'problems'> {
    return {
      files: Object.fromEntries([...this.#files.entries()].map(([path, found]) => [path, this.#ownedHere(found)])),
      removed: [...this.#removed],
      directories: [...this.#directories],
      emptied: [...this.#emptied],
      secrets: [...this.#secrets.entries()].flatMap(([path, found]) => found.map((secret) => ({ ...secret, path }))),
      settings: [...this.#settings.entries()].flatMap(([path, found]) => found.map((finding) => ({ path, finding }))),
      problems: [this.#cut ?? [], ...this.#problems.values(), this.#leftOut ?? []].flat(),
    };
  }
}

function weightOf(finding: Finding): number {
  const paths = finding.kind === 'ownership' ? finding.paths : [];
  return paths.reduce((sum, path) => sum + path.length, FINDING_CHARACTERS);
}
