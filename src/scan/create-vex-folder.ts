import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { parseVex } from '../vex/parse-vex.ts';
import type { VexStatement } from '../vex/vex-statement.ts';

/** The statements that hold for every match of a server. */
export interface VexStatements {
  /** Changes exactly when the files do; '' where there are none. */
  readonly id: string;
  readonly documents: readonly { readonly name: string; readonly statements: readonly VexStatement[] }[];
}

export interface VexFolder {
  /** What is in the folder now; it is read again only when a file was added, changed or taken away. */
  read(): Promise<VexStatements>;
}

const MAX_FILES = 1_000;
const ID_LENGTH = 12;
const none: VexStatements = { id: '', documents: [] };

/**
 * OpenVEX and CycloneDX files (`*.json`) of a folder, in the order of their names, so that a later one has the last word.
 * A file that cannot be read is named in the log and holds nothing back: what it would leave out is then counted.
 */
export function createVexFolder(folder: string, log: Pick<Logger, 'warn'>): VexFolder {
  let known = none;
  return {
    read: async () => {
      const files = await listFiles(folder, log);
      const id = files.length === 0 ? '' : hash(files.map(({ name, stamp }) => `${name} ${stamp}`));
      if (id !== known.id) known = { id, documents: await readAll(folder, files, log) };
      return known;
    },
  };
}

interface FoundFile {
  readonly name: string;
  readonly stamp: string;
}

async function listFiles(folder: string, log: Pick<Logger, 'warn'>): Promise<readonly FoundFile[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  if (names.length > MAX_FILES)
    log.warn({ folder, files: names.length }, `only the first ${MAX_FILES} VEX files are used`);
  const found: FoundFile[] = [];
  for (const name of names.slice(0, MAX_FILES)) {
    const facts = await stat(join(folder, name)).catch(() => undefined);
    if (facts?.isFile()) found.push({ name, stamp: `${facts.size} ${facts.mtimeMs}` });
  }
  return found;
}

async function readAll(
  folder: string,
  files: readonly FoundFile[],
  log: Pick<Logger, 'warn'>,
): Promise<VexStatements['documents']> {
  const documents: VexStatements['documents'][number][] = [];
  for (const { name } of files) {
    try {
      const { statements, problems } = parseVex(await readFile(join(folder, name)));
      documents.push({ name, statements });
      if (problems.length > 0)
        log.warn({ file: name, problems: problems.slice(0, 10) }, 'VEX statements are not in use');
    } catch (error) {
      log.warn({ file: name, err: error }, 'a VEX file cannot be read and is not in use');
    }
  }
  return documents;
}

const hash = (lines: readonly string[]) =>
  createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, ID_LENGTH);
