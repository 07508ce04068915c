import { PathMap } from '../layers/path-map.ts';
import type { Analyzer, AnalyzerFile } from './analyzer.ts';

/** Files that an analyzer wants to see together. */
export interface FileGroup {
  readonly analyzer: Analyzer;
  readonly file: AnalyzerFile;
  readonly others: readonly AnalyzerFile[];
}

interface WaitingFile {
  readonly analyzer: Analyzer;
  readonly file: AnalyzerFile;
  readonly main: string;
}

/** What has to wait for the end of the layer, because another file belongs to it: see Analyzer.readWith. */
export class WaitingFiles {
  readonly #files = new PathMap<WaitingFile>();
  #empty = true;

  add(analyzer: Analyzer, file: AnalyzerFile, main: string): void {
    // A copy: the walk takes its memory back.
    const bytes = Uint8Array.from(file.bytes);
    const text = () => Buffer.from(bytes).toString('utf8');
    this.#files.set(file.path, { analyzer, file: { ...file, bytes, text }, main });
    this.#empty = false;
  }

  /** A hard link is its target under another name. */
  copy(path: string, target: string): void {
    const waiting = this.#files.get(target);
    const main = waiting?.analyzer.wants(path) ? waiting.analyzer.readWith?.(path) : undefined;
    if (waiting && main !== undefined) this.add(waiting.analyzer, { ...waiting.file, path }, main);
  }

  /** Something else now lies at the path; a directory leaves what is below it. */
  forget(path: string, isDirectory: boolean): void {
    if (this.#empty) return;
    this.#files.delete(path);
    if (!isDirectory) this.#files.deleteBelow(path);
  }

  /** The main files with what belongs to them, and what belongs to none that is here. */
  groups(): readonly FileGroup[] {
    const all = [...this.#files.values()];
    const others = all.filter(({ file, main }) => file.path !== main);
    const mains = all.filter(({ file, main }) => file.path === main);
    const alone = others.filter(({ main }) => !mains.some(({ file }) => file.path === main));
    return [
      ...mains.map(({ analyzer, file, main }) => ({
        analyzer,
        file,
        others: others.filter((other) => other.main === main).map((other) => other.file),
      })),
      ...alone.map(({ analyzer, file }) => ({ analyzer, file, others: [] })),
    ];
  }
}
