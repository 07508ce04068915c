import type { Analyzer } from '../analyzer.ts';
import { FoundPackages } from '../found-packages.ts';
import { splitNpmSpec } from '../npm-names.ts';
import { isProjectFile } from '../project-files.ts';
import { linesOf } from '../stanzas.ts';

/** One entry: the ranges it answers to, and its fields that count. */
interface Block {
  readonly header: string;
  readonly fields: Map<string, string>;
}

const fileNames = ['yarn.lock'];
const wantedFields = new Set(['version', 'resolution', 'linkType', 'conditions']);
// `  version "1.0.0"` of version 1, `  version: 1.0.0` of the later ones, which are YAML.
const FIELD = /^ {2}"?([A-Za-z]+)"?:? (.*)$/;
const LOCAL = /^(?:file|link|portal|workspace):/;
const ALIAS = 'npm:';
const METADATA = '__metadata';

/**
 * What Yarn would install for a project: the lock file of Yarn 1 (https://classic.yarnpkg.com/lang/en/docs/yarn-lock/)
 * and of the later ones, which write almost the same as YAML. It does not say what only development needs, so that is
 * counted, too; workspaces, local folders and what is for other systems than Linux are not.
 */
export const yarnLock: Analyzer = {
  name: 'yarn-lock',
  version: 1,
  maxBytes: 32 * 1024 ** 2,
  wants: (path) => isProjectFile(path, fileNames),
  analyze(file, problem) {
    const found = new FoundPackages({ ecosystem: 'npm', evidence: 'lock' });
    for (const block of blocksOf(file.text(), found)) addBlock(block, found);
    return found.build(problem);
  },
};

/** Unindented lines that end in a colon, each with its fields. Lines indented deeper are dependencies of an entry. */
function* blocksOf(text: string, found: FoundPackages): Generator<Block, void> {
  let block: Block | undefined;
  for (const written of linesOf(text)) {
    if (written.trim() === '' || written.startsWith('#')) continue;
    const line = written.startsWith(': ') ? `  ${written.slice(2)}` : written;
    if (line.startsWith(' ')) {
      const [, name = '', value = ''] = FIELD.exec(line) ?? [];
      if (wantedFields.has(name)) block?.fields.set(name, withoutQuotes(value));
      continue;
    }
    if (block) yield block;
    const header = headerOf(line);
    if (header === undefined) found.unread(line);
    block = header === undefined ? undefined : { header, fields: new Map() };
  }
  if (block) yield block;
}

/** YAML has another way to write long keys: `? key`, and the value after `: ` on the next line. */
function headerOf(line: string): string | undefined {
  if (line.startsWith('? ')) return line.slice(2);
  return line.endsWith(':') ? line.slice(0, -1) : undefined;
}

function addBlock({ header, fields }: Block, found: FoundPackages): void {
  if (header === METADATA || fields.get('linkType') === 'soft' || isForOtherSystems(fields.get('conditions'))) return;
  const [first = ''] = header.split(', ', 1);
  const written = splitNpmSpec(fields.get('resolution') ?? withoutQuotes(first));
  if (LOCAL.test(written.version)) return;
  found.add(realName(written, fields.has('resolution')), fields.get('version'), header);
}

/** Yarn 1 calls an alias by its own name and has the real one in the range: `a@npm:lodash@^4`. */
function realName({ name, version }: ReturnType<typeof splitNpmSpec>, isResolved: boolean): string {
  const isAlias = !isResolved && version.startsWith(ALIAS) && version.indexOf('@', ALIAS.length + 1) > 0;
  return isAlias ? splitNpmSpec(version.slice(ALIAS.length)).name : name;
}

/** `os=darwin & cpu=arm64` */
function isForOtherSystems(conditions = ''): boolean {
  return conditions.includes('os=') && !conditions.includes('os=linux') && !conditions.includes('!');
}

function withoutQuotes(text: string): string {
  const start = text.startsWith('"') ? 1 : 0;
  return text.endsWith('"') ? text.slice(start, -1) : text.slice(start);
}
