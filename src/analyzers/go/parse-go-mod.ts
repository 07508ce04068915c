import { linesOf } from '../stanzas.ts';
import type { GoModule } from './parse-modules.ts';

export interface GoMod {
  /** The module that the file is about; '' when it does not say. */
  readonly module: string;
  /** What it requires, after replacements; replaced by a folder: left out, for what that holds is told elsewhere. */
  readonly required: readonly GoModule[];
  /** The first line that is of no known form, from 1. */
  readonly badLine?: number;
}

interface Replacement {
  readonly by: GoModule;
  /** '': every version. */
  readonly version: string;
}

const WORD = /"[^"]*"|`[^`]*`|[^\s"`]+/g;
const COMMENT = /(?:^|\s)\/\/.*$/;
const VERSION = /^v[0-9]/;
const FOLDER = /^\.{0,2}\//;
const MAX_LINE = 4_096;

/** https://go.dev/ref/mod#go-mod-file-grammar; since Go 1.17 it names indirect requirements, too. */
export function parseGoMod(text: string): GoMod {
  const required: GoModule[] = [];
  const replacements = new Map<string, Replacement[]>();
  let module = '';
  let badLine: number | undefined;
  let block: string | undefined;
  let number = 0;
  for (const line of linesOf(text)) {
    number++;
    const words = wordsOf(line);
    if (words.length === 0) continue;
    if (block !== undefined && words[0] === ')') {
      block = undefined;
      continue;
    }
    if (block === undefined && words[1] === '(') {
      block = words[0];
      continue;
    }
    const [verb, ...rest] = block === undefined ? words : [block, ...words];
    if (verb === 'module') module = rest[0] ?? '';
    else if (verb === 'require') {
      const [path, version] = rest;
      if (path !== undefined && version !== undefined && VERSION.test(version)) required.push({ path, version });
      else badLine ??= number;
    } else if (verb === 'replace' && !addReplacement(rest, replacements)) badLine ??= number;
  }
  return {
    module,
    required: required.flatMap((each) => replace(each, replacements)),
    ...(badLine === undefined ? {} : { badLine }),
  };
}

function wordsOf(line: string): readonly string[] {
  if (line.length > MAX_LINE) return ['?'];
  const words = line.replace(COMMENT, '').match(WORD) ?? [];
  return words.map((word) => (word.startsWith('"') || word.startsWith('`') ? word.slice(1, -1) : word));
}

/** `old [version] => new [version]` */
function addReplacement(words: readonly string[], into: Map<string, Replacement[]>): boolean {
  const arrow = words.indexOf('=>');
  const [path, version = ''] = words.slice(0, arrow);
  const [byPath, byVersion = ''] = words.slice(arrow + 1);
  if (arrow < 1 || path === undefined || byPath === undefined) return false;
  const known = into.get(path) ?? [];
  known.push({ version, by: { path: byPath, version: byVersion } });
  into.set(path, known);
  return true;
}

function replace(module: GoModule, replacements: ReadonlyMap<string, readonly Replacement[]>): readonly GoModule[] {
  const candidates = replacements.get(module.path) ?? [];
  const chosen =
    candidates.find(({ version }) => version === module.version) ?? candidates.find(({ version }) => version === '');
  if (!chosen) return [module];
  return FOLDER.test(chosen.by.path) ? [] : [chosen.by];
}
