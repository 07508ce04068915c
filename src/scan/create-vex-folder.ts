import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { AppError } from '../model/app-error.ts';
import { ofFile } from '../vex/of-file.ts';
import { parseVex } from '../vex/parse-vex.ts';
import type { VexStatement } from '../vex/vex-statement.ts';

/** The statements that hold for every match of a server. */
export interface VexStatements {
  /** Changes exactly when the files do; '' where there are none. */
  readonly id: string;
  /** Of all files, in the order of the files' names. */
  readonly statements: readonly VexStatement[];
  readonly files: readonly VexFile[];
}

export interface VexFile {
  readonly name: string;
  /** In use. */
  readonly statements: number;
  /** Of statements that are not in use, or of the file as a whole; the first ones. */
  readonly problems: readonly string[];
}

export interface VexFolder {
  /** What is in the folder now; it is read again only when a file was added, changed or taken away. */
  read(): Promise<VexStatements>;
}

const MAX_FILES = 1_000;
const MAX_BYTES = 16 * 1024 ** 2;
const ID_LENGTH = 12;
const MAX_PROBLEMS = 10;
const none: VexStatements = { id: '', statements: [], files: [] };

/**
 * OpenVEX and CycloneDX files (`*.json`) of a folder, in the order of their names, so that a later one has the last word.
 * A file that cannot be read is named in the log and holds nothing back: what it would leave out is then counted.
 */
export function createVexFolder(folder: string, log: Pick<Logger, 'warn'>): VexFolder {
  let known = none;
  return {
    read: async () => {
      const files = await listFiles(folder);
      const id = files.length === 0 ? '' : hash(files.map(({ name, stamp }) => `${name} ${stamp}`));
      if (id !== known.id) known = { id, ...(await readAll(folder, files, log)) };
      return known;
    },
  };
}

interface FoundFile {
  readonly name: string;
  readonly size: number;
  /** Another one: its content may be another. */
  readonly stamp: string;
}

async function listFiles(folder: string): Promise<readonly FoundFile[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  const found: FoundFile[] = [];
  for (const name of names.slice(0, MAX_FILES + 1)) {
    const facts = await stat(join(folder, name)).catch(() => undefined);
    if (facts?.isFile()) found.push({ name, size: facts.size, stamp: `${facts.size} ${facts.mtimeMs}` });
  }
  return found;
}

async function readAll(
  folder: string,
  files: readonly FoundFile[],
  log: Pick<Logger, 'warn'>,
): Promise<Omit<VexStatements, 'id'>> {
  if (files.length > MAX_FILES) log.warn({ folder, used: MAX_FILES }, `only the first ${MAX_FILES} VEX files are used`);
  const statements: VexStatement[][] = [];
  const read: VexFile[] = [];
  for (const { name, size } of files.slice(0, MAX_FILES)) {
    try {
      if (size > MAX_BYTES) throw new AppError('limit-exceeded', `it has ${size} bytes, and may have ${MAX_BYTES}`);
      const parsed = parseVex(await readFile(join(folder, name)));
      const problems = parsed.problems.slice(0, MAX_PROBLEMS);
      statements.push([...ofFile(parsed.statements, name)]);
      read.push({ name, statements: parsed.statements.length, problems });
      if (problems.length > 0) log.warn({ file: name, problems }, 'VEX statements are not in use');
    } catch (error) {
      read.push({ name, statements: 0, problems: [error instanceof Error ? error.message : String(error)] });
      log.warn({ file: name, err: error }, 'a VEX file cannot be read and is not in use');
    }
  }
  return { statements: statements.flat(), files: read };
}

const hash = (lines: readonly string[]) =>
  createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, ID_LENGTH);
