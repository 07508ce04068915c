import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** One source file as the rules see it; paths are relative to the repository, with `/`. */
export interface SourceFile {
  readonly path: string;
  /** Files of ours that it imports, type-only imports included: a type is a dependency too. */
  readonly imports: readonly string[];
  /** Bare specifiers: `node:net`, `kysely`. */
  readonly packages: readonly string[];
  readonly text: string;
}

// `[^'"`;]*?` keeps one match inside one statement.
const FROM = /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm;
const BARE_OR_DYNAMIC = /\bimport\s*\(?\s*['"]([^'"]+)['"]/g;
// A worker's file may end in a computed extension: `./walk-worker${extension}`.
const WORKER_URL = /\bnew URL\(\s*['"`](\.[^'"`]+)['"`]\s*,\s*import\.meta\.url/g;
const COMPUTED_EXTENSION = /\$\{\w+\}$/;

/** Reads every non-test .ts file below a folder. */
export function readSources(root: string, folder: string): readonly SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .sort()
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

export function parseSource(path: string, text: string): SourceFile {
  const found = [FROM, BARE_OR_DYNAMIC, WORKER_URL].flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((match) => match[1] ?? []),
  );
  const specifiers = [...new Set(found)];
  return {
    path,
    imports: specifiers
      .filter((s) => s.startsWith('.'))
      .map((s) => posix.join(dirname(path), s.replace(COMPUTED_EXTENSION, '.ts'))),
    packages: specifiers.filter((s) => !s.startsWith('.')),
    text,
  };
}

/** First path segment below src/: `oci`; the files of src/ itself are their own rooms: `main.ts`. */
export function roomOf(path: string): string {
  return path.split('/')[1] ?? path;
}

/** The shortest import chain from a file to any file for which `reached` holds. */
export function findChain(
  sources: ReadonlyMap<string, SourceFile>,
  start: string,
  reached: (path: string) => boolean,
): readonly string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[start, undefined]]);
  for (const path of cameFrom.keys()) {
    if (path !== start && reached(path)) return chainTo(cameFrom, path);
    for (const next of sources.get(path)?.imports ?? []) if (!cameFrom.has(next)) cameFrom.set(next, path);
  }
  return undefined;
}

function chainTo(cameFrom: ReadonlyMap<string, string | undefined>, end: string): readonly string[] {
  const chain: string[] = [];
  for (let at: string | undefined = end; at !== undefined; at = cameFrom.get(at)) chain.unshift(at);
  return chain;
}
